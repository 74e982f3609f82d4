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
