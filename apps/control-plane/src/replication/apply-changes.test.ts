import type pg from 'pg';
import { expect, it } from 'vitest';
import { type Connection, connect } from '../db/connect.ts';
import { atFileEnd } from '../testing/at-file-end.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { applyChanges } from './apply-changes.ts';

/**
 * PostgreSQL forgets its plans when other databases change much at once, as those of other test files
 * do, and looks up the last row to make one anew.
 */
const LOOKS_MAX = 2;

/** By one connection: so all of them go by the plans that it keeps. */
async function connectOnce(): Promise<Connection> {
  const connection = connect(await createTestDatabase(), 1, () => undefined);
  atFileEnd(() => connection.end());
  return connection;
}

async function addChanges({ pool }: Connection, count: number): Promise<void> {
  await pool.query(
    `insert into change (organization_id, kind, subject_id)
     select 'org_a', 'member', 'mem_' || n from generate_series(1, $1::int) as n`,
    [count],
  );
}

/** How many rows of the table scans of any kind have read. */
async function rowsRead({ pool }: Connection): Promise<number> {
  await pool.query('select pg_stat_force_next_flush()');
  const { rows } = await pool.query<{ count: string }>(
    `select seq_tup_read + idx_tup_fetch as count from pg_stat_user_tables
     where relname = 'change'`,
  );
  return Number(rows[0]?.count);
}

it('reads no other changes than the new ones, also by a plan from when the table was small', async () => {
  const connection = await connectOnce();
  const subjects: string[] = [];
  const consumer = {
    reload: async () => undefined,
    apply: async (changes: readonly { subjectId: string }[]) => {
      subjects.push(...changes.map(({ subjectId }) => subjectId));
    },
  };
  const state = {
    ...{ applied: 0, appliedElsewhere: 0 },
    ...{ applying: Promise.resolve(), waiting: new Set<() => void>() },
  };
  const self = { db: connection.db, processId: 'process', consumer, state };
  await addChanges(connection, 10);
  await connection.pool.query('analyze change');
  // PostgreSQL keeps a plan from the sixth execution on.
  for (let round = 0; round < 10; round++) await applyChanges(self);
  expect(subjects).toHaveLength(10);
  const beforeNothing = await rowsRead(connection);
  await applyChanges(self);
  expect((await rowsRead(connection)) - beforeNothing).toBeLessThanOrEqual(LOOKS_MAX);
  await addChanges(connection, 20_000);
  const { rows } = await connection.pool.query<pg.QueryResultRow>(
    'select max(id)::int as last from change',
  );
  state.applied = rows[0]?.last - 3;
  const before = await rowsRead(connection);
  await applyChanges(self);
  expect(subjects.slice(10)).toEqual(['mem_19998', 'mem_19999', 'mem_20000']);
  expect((await rowsRead(connection)) - before).toBeLessThanOrEqual(3 + LOOKS_MAX);
});
