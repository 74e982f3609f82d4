import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { z } from 'zod';

const FOLDER = fileURLToPath(new URL('./migrations', import.meta.url));

/** Any constant does, as long as every version of Tollkeeper takes the same. */
const MIGRATION_LOCK = 7_420_001;

const UNDEFINED_SCHEMA = '3F000';
const UNDEFINED_TABLE = '42P01';

/** How the schema of a database compares with the one that this version brings along. */
export type SchemaState = 'none' | 'older' | 'current' | 'newer';

/**
 * Brings the database to the newest schema. Drizzle's migrator takes no lock of its own, so that
 * two processes starting at once would both apply a migration: an advisory lock lets one pass.
 */
export async function migrateDatabase(config: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    const state = await schemaState(client);
    if (state === 'current' || state === 'newer') return;
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    // Loaded only where there is something to apply, which a start rarely has.
    const { migrate } = await import('drizzle-orm/node-postgres/migrator');
    const { drizzle } = await import('drizzle-orm/node-postgres');
    await migrate(drizzle({ client }), { migrationsFolder: FOLDER });
  } finally {
    await client.end();
  }
}

/** Reads how far a database is, and changes nothing. */
export async function readSchemaState(config: pg.ClientConfig): Promise<SchemaState> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return await schemaState(client);
  } finally {
    await client.end();
  }
}

async function schemaState(client: pg.Client): Promise<SchemaState> {
  const applied = await lastApplied(client);
  const newest = newestMigration();
  if (applied === undefined) return 'none';
  if (applied === newest) return 'current';
  return applied < newest ? 'older' : 'newer';
}

/** When the newest migration of the database was written, as Drizzle records it. */
async function lastApplied(client: pg.Client): Promise<number | undefined> {
  try {
    const { rows } = await client.query<{ last: string | null }>(
      'select max(created_at) as last from drizzle.__drizzle_migrations',
    );
    const last = rows[0]?.last;
    return last === null || last === undefined ? undefined : Number(last);
  } catch (error) {
    const code = error instanceof pg.DatabaseError ? error.code : undefined;
    if (code === UNDEFINED_SCHEMA || code === UNDEFINED_TABLE) return undefined;
    throw error;
  }
}

const journalSchema = z.object({ entries: z.array(z.object({ when: z.number() })).min(1) });

function newestMigration(): number {
  const text = readFileSync(`${FOLDER}/meta/_journal.json`, 'utf8');
  return Math.max(...journalSchema.parse(JSON.parse(text)).entries.map(({ when }) => when));
}
