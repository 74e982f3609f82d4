import type pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import { atFileEnd } from '../testing/at-file-end.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { type Connection, connect } from './connect.ts';
import { defineStatement } from './statement.ts';
import { awaitAtCommit, readFirst } from './transaction.ts';

const insert = defineStatement<never, [value: number]>('insert', 'insert into kept values ($1)');
const count = defineStatement<{ count: number }, []>(
  'count',
  'select count(*)::int as count from kept',
);

let connection: Connection;

beforeEach(async () => {
  connection = connect(await createTestDatabase(), 1, () => undefined);
  const { pool } = connection;
  atFileEnd(() => pool.end());
  await pool.query('create table kept (value int check (value > 0))');
});

async function countKept(): Promise<number | undefined> {
  return (await count(connection.db, []))[0]?.count;
}

describe('a statement that waits for the end of its transaction', () => {
  it('stands once the transaction resolves', async () => {
    await connection.db.transaction(async (tx) => awaitAtCommit(tx, insert(tx, [1])));
    expect(await countKept()).toBe(1);
  });

  it('undoes the transaction when it fails, whose error is its own', async () => {
    const run = connection.db.transaction(async (tx) => {
      await insert(tx, [1]);
      awaitAtCommit(tx, insert(tx, [-1]));
      // Fails as well, since the transaction is over for PostgreSQL.
      awaitAtCommit(tx, insert(tx, [2]));
    });
    await expect(run).rejects.toMatchObject({ code: '23514' });
    expect(await countKept()).toBe(0);
  });

  it('is the reason also where the work failed by what came after it', async () => {
    const run = connection.db.transaction(async (tx) => {
      awaitAtCommit(tx, insert(tx, [-1]));
      await insert(tx, [2]);
    });
    await expect(run).rejects.toMatchObject({ code: '23514' });
    expect(await countKept()).toBe(0);
  });
});

it('lets no transaction resolve that PostgreSQL rolled back', async () => {
  const run = connection.db.transaction(async (tx) => {
    await insert(tx, [-1]).catch(() => undefined);
  });
  await expect(run).rejects.toThrow('failed unnoticed');
});

it('sends nothing that changes data outside of the transaction when BEGIN fails', async () => {
  const { db, pool } = connection;
  const breakBegin = (client: pg.PoolClient) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((text: unknown, ...rest: unknown[]) =>
      query(text === 'begin' ? 'select 1 / 0' : text, ...rest)) as typeof client.query;
  };
  pool.once('acquire', breakBegin);
  const run = readFirst(db, async (tx) => {
    await count(tx, []);
    await insert(tx, [1]);
  });
  await expect(run).rejects.toMatchObject({ code: '22012' });
  expect(await countKept()).toBe(0);
});
