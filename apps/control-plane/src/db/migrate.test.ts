import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { expect, it } from 'vitest';
import { createEmptyDatabase, createTestDatabase } from '../testing/test-database.ts';
import { migrateDatabase, readSchemaState } from './migrate.ts';

it('tells a database of this version from an empty, an older and a newer one', async () => {
  const empty = await createEmptyDatabase();
  expect(await readSchemaState(empty)).toBe('none');
  const migrated = await createTestDatabase();
  expect(await readSchemaState(migrated)).toBe('current');
  await moveLast(migrated, -1);
  expect(await readSchemaState(migrated)).toBe('older');
  await moveLast(migrated, 2);
  expect(await readSchemaState(migrated)).toBe('newer');
});

it('migrates an empty database once, however many start at once', async () => {
  const empty = await createEmptyDatabase();
  await Promise.all([migrateDatabase(empty), migrateDatabase(empty), migrateDatabase(empty)]);
  expect(await readSchemaState(empty)).toBe('current');
});

it('leaves PostgreSQL to guess how large tables become that were empty', async () => {
  const client = new pg.Client(await createTestDatabase());
  await client.connect();
  const { rows } = await client.query(
    `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
       and reltuples >= 0`,
  );
  await client.end();
  expect(rows).toEqual([]);
});

it('numbers migrations in the order of the journal, each snapshot after the one before', () => {
  const { entries } = readJson('_journal.json');
  let previous = { id: '00000000-0000-0000-0000-000000000000', when: 0 };
  for (const [index, { idx, when, tag }] of entries.entries()) {
    const number = String(index).padStart(4, '0');
    expect(idx).toBe(index);
    expect(tag.slice(0, 5)).toBe(`${number}_`);
    expect(when, tag).toBeGreaterThan(previous.when);
    const { id, prevId } = readJson(`${number}_snapshot.json`);
    expect(prevId, tag).toBe(previous.id);
    previous = { id, when };
  }
  const files = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql'));
  expect(files.sort()).toEqual(entries.map(({ tag }: { tag: string }) => `${tag}.sql`));
});

function readJson(name: string) {
  return JSON.parse(readFileSync(new URL(`meta/${name}`, MIGRATIONS), 'utf8'));
}

const MIGRATIONS = new URL('./migrations/', import.meta.url);

async function moveLast(config: pg.ClientConfig, ms: number): Promise<void> {
  const client = new pg.Client(config);
  await client.connect();
  await client.query(
    `update drizzle.__drizzle_migrations set created_at = created_at + $1
     where created_at = (select max(created_at) from drizzle.__drizzle_migrations)`,
    [ms],
  );
  await client.end();
}
