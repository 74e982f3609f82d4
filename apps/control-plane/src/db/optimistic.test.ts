import pg from 'pg';
import { beforeEach, expect, it } from 'vitest';
import { atFileEnd } from '../testing/at-file-end.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { whileHeld } from '../testing/while-held.ts';
import { type Connection, connect } from './connect.ts';
import { type Outcome, runOptimistically } from './optimistic.ts';
import { defineCheck, defineLockedRead, defineUnawaitedWrite, expectRow } from './statement.ts';
import { awaitAtCommit, type Transaction } from './transaction.ts';

const lockLimit = defineLockedRead<{ value: number }, [id: string]>(
  'lock-limit',
  'select value from bound where id = $1 for update',
);
const insert = defineUnawaitedWrite<{ stored: number }, [value: unknown]>(
  'insert-kept',
  'insert into kept values ($1::int) returning value as stored',
);
const isWithin = defineCheck<[id: string, value: number]>(
  'is-within',
  '(select value from bound where id = $1) >= $2',
);
const claim = defineCheck<[id: string, value: number]>(
  'claim',
  'exists (select from claimed)',
  `with claimed as (
    update bound set value = value - $2::int where id = $1 and value >= $2 returning 1
  )`,
);

let config: pg.ClientConfig;
let connection: Connection;

beforeEach(async () => {
  config = await createTestDatabase();
  connection = connect(config, 1, () => undefined);
  const { pool } = connection;
  atFileEnd(() => pool.end());
  await pool.query('create table kept (value int check (value > 0))');
  await pool.query('create table bound (id text primary key, value int not null)');
  await pool.query(`insert into bound values ('a', 3), ('b', 5)`);
});

async function kept(): Promise<number[]> {
  const { rows } = await connection.pool.query('select value from kept order by value');
  return rows.map(({ value }) => value);
}

function learn(...ids: readonly string[]): Promise<unknown> {
  return Promise.all(ids.map((id) => lockLimit(connection.db, [id])));
}

function run<T>(work: (tx: Transaction) => Promise<T>): Promise<Outcome<T>> {
  return runOptimistically(connection.db, work, () => undefined);
}

/** Stores the limits of the ids, as they are known. */
async function storeLimits(tx: Transaction, ...ids: readonly string[]): Promise<number[]> {
  const values: number[] = [];
  for (const id of ids) {
    const [limit] = await lockLimit(tx, [id]);
    values.push(limit?.value ?? 0);
    awaitAtCommit(tx, insert(tx, [limit?.value ?? 0]));
  }
  return values;
}

it('stores in one transaction what was decided by rows that are as they were', async () => {
  await learn('a', 'b');
  const outcome = await run(async (tx) => {
    const stored = insert(tx, [7]);
    awaitAtCommit(tx, stored);
    return { limits: await storeLimits(tx, 'a', 'b', 'a'), stored };
  });

  expect(outcome).toMatchObject({ kind: 'committed', result: { limits: [3, 5, 3] } });
  expect(await (outcome.kind === 'committed' && outcome.result.stored)).toEqual([{ stored: 7 }]);
  expect(await kept()).toEqual([3, 3, 5, 7]);
  const transactions = await connection.pool.query('select distinct xmin::text from kept');
  expect(transactions.rowCount).toBe(1);
});

it('changes nothing where a row is not as it was', async () => {
  await learn('a', 'b');
  await connection.pool.query(`update bound set value = 4 where id = 'b'`);
  expect(await run((tx) => storeLimits(tx, 'a', 'b'))).toEqual({ kind: 'unforeseen' });
  expect(await kept()).toEqual([]);
  // The connection knows what PostgreSQL did not come to prepare.
  expect(await run((tx) => storeLimits(tx, 'a'))).toMatchObject({ kind: 'committed' });
});

it.each([
  ['changes', `update bound set value = 4 where id = 'a'`],
  ['deletes', `delete from bound where id = 'a'`],
])('changes nothing where a transaction that it has to wait for %s a row', async (_what, text) => {
  await learn('a');
  const outcome = await whileHeld(
    config,
    (holder) => holder.query(text),
    () => run((tx) => storeLimits(tx, 'a')),
  );
  expect(outcome).toEqual({ kind: 'unforeseen' });
  expect(await kept()).toEqual([]);
});

it('sends nothing for work that throws, or needs what is not known', async () => {
  await learn('a');
  const { pool } = connection;
  // No connection is free for anything that would be sent.
  const client = await pool.connect();
  const works = [
    (tx: Transaction) => storeLimits(tx, 'b'),
    (tx: Transaction) => tx.execute('select 1'),
    async (tx: Transaction) => {
      await storeLimits(tx, 'a');
      throw new Error('refused');
    },
    async (tx: Transaction) => awaitAtCommit(tx, Promise.reject(new Error('a write'))),
  ];
  for (const work of works) expect(await run<unknown>(work)).toEqual({ kind: 'unforeseen' });
  client.release();
  expect(await kept()).toEqual([]);
});

it('goes on as if a check held that did last time, and changes nothing where it does not', async () => {
  expect(await isWithin(connection.db, ['a', 3])).toBe(true);
  expect(await isWithin(connection.db, ['b', 6])).toBe(false);
  const store = async (tx: Transaction, id: string, value: number) => {
    awaitAtCommit(tx, insert(tx, [value]));
    return isWithin(tx, [id, value]);
  };
  expect(await run((tx) => store(tx, 'a', 2))).toEqual({ kind: 'committed', result: true });
  expect(await run((tx) => store(tx, 'b', 2))).toEqual({ kind: 'unforeseen' });
  expect(await run((tx) => store(tx, 'a', 4))).toEqual({ kind: 'unforeseen' });
  // Once it turned out to be wrong, it is asked first.
  expect(await isWithin(connection.db, ['a', 3])).toBe(true);
  expect(await run((tx) => store(tx, 'a', 3))).toEqual({ kind: 'unforeseen' });
  expect(await kept()).toEqual([2]);
});

it('checks a claim by what the changes before it in the transaction left', async () => {
  expect(await claim(connection.db, ['a', 0])).toBe(true);
  const claimAll = async (tx: Transaction, ...values: readonly number[]) => {
    for (const value of values) {
      await claim(tx, ['a', value]);
      awaitAtCommit(tx, insert(tx, [value]));
    }
  };
  expect(await run((tx) => claimAll(tx, 2, 2))).toEqual({ kind: 'unforeseen' });
  expect(await kept()).toEqual([]);
  await connection.pool.query(`update bound set value = 9 where id = 'b'`);
  await claim(connection.db, ['b', 1]);
  const outcome = await run(async (tx) => {
    for (const value of [3, 5]) {
      await claim(tx, ['b', value]);
      awaitAtCommit(tx, insert(tx, [value]));
    }
  });
  expect(outcome.kind).toBe('committed');
  expect(await kept()).toEqual([3, 5]);
});

it('stores nothing when a statement fails, and tells its error', async () => {
  await learn('a');
  const outcome = await run(async (tx) => {
    await storeLimits(tx, 'a');
    for (const value of [-1, 2]) awaitAtCommit(tx, insert(tx, [value]));
  });
  expect(outcome).toMatchObject({ kind: 'failed', inRead: false, error: { code: '23514' } });
  expect(await kept()).toEqual([]);
  expect(await run((tx) => storeLimits(tx, 'a'))).toMatchObject({ kind: 'committed' });
  expect(await kept()).toEqual([3]);
});

it('stores nothing when a value cannot be sent', async () => {
  await learn('a');
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const outcome = await run(async (tx) => {
    await storeLimits(tx, 'a');
    awaitAtCommit(tx, insert(tx, [circular]));
  });
  expect(outcome.kind).toBe('failed');
  expect(await kept()).toEqual([]);
  expect(await run((tx) => storeLimits(tx, 'a'))).toMatchObject({ kind: 'committed' });
});

it('stores nothing when the transaction fails at its end', async () => {
  await learn('a');
  await connection.pool.query(`
    create function refuse() returns trigger language plpgsql as $$
    begin raise exception 'refused' using errcode = 'TK001'; end $$`);
  await connection.pool.query(`
    create constraint trigger refuse after insert on kept
    deferrable initially deferred for each row execute function refuse()`);
  const outcome = await run((tx) => storeLimits(tx, 'a'));
  expect(outcome).toMatchObject({ kind: 'failed', inRead: false, error: { code: 'TK001' } });
  expect(await kept()).toEqual([]);
});

it('tells when a row could not be locked in time', async () => {
  await learn('a');
  await connection.pool.query(`set lock_timeout = '20ms'`);
  const holder = new pg.Client(config);
  await holder.connect();
  await holder.query(`begin; select 1 from bound for update`);
  const outcome = await run((tx) => storeLimits(tx, 'a'));
  await holder.end();
  expect(outcome).toMatchObject({ kind: 'failed', inRead: true, error: { code: '55P03' } });
  expect(await kept()).toEqual([]);
});

it('knows a row that it has announced', async () => {
  await connection.pool.query(`update bound set value = 6 where id = 'a'`);
  expectRow(connection.db, 'lock-limit', ['a'], { value: 6 }, '(6)');
  expect(await run((tx) => storeLimits(tx, 'a'))).toMatchObject({ kind: 'committed' });
  expect(await kept()).toEqual([6]);
});

it('does without for a while, where another process has changed a row', async () => {
  await learn('a');
  await connection.pool.query(`update bound set value = 4 where id = 'a'`);
  await run((tx) => storeLimits(tx, 'a'));
  const kinds: string[] = [];
  while (kinds.at(-1) !== 'committed' && kinds.length < 100) {
    await learn('a');
    kinds.push((await run((tx) => storeLimits(tx, 'a'))).kind);
  }
  expect(kinds.indexOf('committed')).toBe(8);
  expect(await kept()).toEqual([4]);
});
