import { beforeAll, expect, it } from 'vitest';
import { atFileEnd } from '../testing/at-file-end.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { type Connection, connect } from './connect.ts';
import { isOutdated, isRetryable } from './database-errors.ts';
import { defineStatement } from './statement.ts';

const selectCount = defineStatement<{ count: number | string }, []>(
  'select-count',
  'select count from counted',
);

let connection: Connection;

beforeAll(async () => {
  connection = connect(await createTestDatabase(), 1, () => undefined);
  atFileEnd(() => connection.pool.end());
  await connection.pool.query('create table counted (count int)');
  await connection.pool.query('insert into counted values (1)');
});

it('prepares anew on another connection once an upgrade has changed a column', async () => {
  const { db, pool } = connection;
  expect(await selectCount(db, [])).toEqual([{ count: 1 }]);
  await pool.query('alter table counted alter column count type text');

  const outdated = await db
    .transaction((tx) => selectCount(tx, []))
    .catch((error: unknown) => error);

  expect(isOutdated(outdated)).toBe(true);
  expect(isRetryable(outdated)).toBe(true);
  expect(await db.transaction((tx) => selectCount(tx, []))).toEqual([{ count: '1' }]);
});
