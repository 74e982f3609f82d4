import { type NodePgDatabase, NodePgSession, NodePgTransaction } from 'drizzle-orm/node-postgres';
import { PgDialect, type PgTransactionConfig } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { isOutdated, isUnavailable } from '../kernel/database-errors.ts';
import { setClient } from './statement.ts';

export type Transaction = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];

type Work<T> = (tx: Transaction) => Promise<T>;

export const CASING = 'snake_case';

const dialect = new PgDialect({ casing: CASING });
const pools = new WeakMap<object, pg.Pool>();
const unawaited = new WeakMap<object, Promise<unknown>[]>();

/** For `connect`: gives a database of Drizzle transactions on the connections of the pool. */
export function setPool(database: NodePgDatabase, pool: pg.Pool): void {
  pools.set(database, pool);
  database.transaction = (work, config) => transaction(pool, work, config);
}

/** BEGIN is awaited: if it failed, the first statement would stand outside of the transaction. */
function transaction<T>(pool: pg.Pool, work: Work<T>, config?: PgTransactionConfig): Promise<T> {
  return inTransaction(pool, async (tx, begun) => {
    await begun;
    if (config) await tx.setTransaction(config);
    return work(tx);
  });
}

/**
 * A transaction whose BEGIN goes with the first statements, in one round trip. If BEGIN failed, those
 * would run outside of it: they may only read and lock, and `work` must have waited for one of them
 * before it changes anything.
 * @param whenEnding called once COMMIT was sent: what it sends is executed after COMMIT, outside of
 * the transaction, also where that failed, and is answered in the same round trip
 */
export function readFirst<T>(
  database: object,
  work: Work<T>,
  whenEnding?: (tx: Transaction) => void,
): Promise<T> {
  const pool = pools.get(database);
  if (!pool) throw new Error('The transaction was given no connections');
  return inTransaction(pool, work, whenEnding);
}

/**
 * Lets the transaction wait for the statement at its end, so that nobody else has to: what is sent
 * next, COMMIT included, goes with it in one round trip. If the statement fails, nothing of the
 * transaction stands, and its error is what the transaction throws.
 */
export function awaitAtCommit(tx: Transaction, statement: Promise<unknown>): void {
  statement.catch(() => undefined);
  unawaited.get(tx)?.push(statement);
}

/** What the transaction waits for at its end, so far, in the order in which it was sent. */
export function unawaitedOf(tx: Transaction): readonly Promise<unknown>[] {
  return unawaited.get(tx) ?? [];
}

async function inTransaction<T>(
  pool: pg.Pool,
  work: (tx: Transaction, begun: Promise<unknown>) => Promise<T>,
  whenEnding: (tx: Transaction) => void = () => undefined,
): Promise<T> {
  const client = await pool.connect();
  const session = new NodePgSession(client, dialect, undefined);
  const tx: Transaction = new NodePgTransaction(dialect, session, undefined);
  const sent: Promise<unknown>[] = [];
  setClient(tx, client);
  unawaited.set(tx, sent);
  let ended: Promise<pg.QueryResult> | undefined;
  let isBroken = false;
  try {
    const begun = client.query('begin');
    // From then on the connection takes no statement, which would stand outside of the transaction.
    begun.catch(() => client.end());
    awaitAtCommit(tx, begun);
    const result = await work(tx, begun);
    ended = client.query('commit');
    whenEnding(tx);
    await Promise.all([...sent, ended.then(requireCommitted)]);
    return result;
  } catch (error) {
    ended ??= client.query('rollback');
    await ended.catch(() => {
      isBroken = true;
    });
    const [first] = (await Promise.allSettled(sent)).filter(isRejected);
    const cause = first ? first.reason : error;
    isBroken ||= isUnavailable(cause) || isOutdated(cause);
    throw cause;
  } finally {
    client.release(isBroken);
  }
}

function isRejected(result: PromiseSettledResult<unknown>): result is PromiseRejectedResult {
  return result.status === 'rejected';
}

/** PostgreSQL answers COMMIT with ROLLBACK where a statement before it has failed. */
function requireCommitted({ command }: pg.QueryResult): void {
  if (command !== 'COMMIT') throw new Error('A statement of the transaction failed unnoticed');
}
