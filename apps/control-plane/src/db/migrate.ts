import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';

const FOLDER = fileURLToPath(new URL('./migrations', import.meta.url));

/** Any constant does, as long as every version of Tollkeeper takes the same. */
const MIGRATION_LOCK = 7_420_001;

/**
 * Brings the database to the newest schema. Drizzle's migrator takes no lock of its own, so that
 * two processes starting at once would both apply a migration: an advisory lock lets one pass.
 */
export async function migrateDatabase(config: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrate(drizzle({ client }), { migrationsFolder: FOLDER });
  } finally {
    await client.end();
  }
}
