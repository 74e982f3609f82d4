import { type NodePgDatabase, NodePgSession, NodePgTransaction } from 'drizzle-orm/node-postgres';
import { PgDialect, type PgTransactionConfig } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { isOutdated, isUnavailable } from './database-errors.ts';
import type { Memory } from './memory.ts';
import { type Recorder, setClient } from './statement.ts';

export type Transaction = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];

type Work<T> = (tx: Transaction) => Promise<T>;

export const CASING = 'snake_case';

const dialect = new PgDialect({ casing: CASING });
const pools = new WeakMap<object, Connections>();
const unawaited = new WeakMap<object, Promise<unknown>[]>();

interface Connections {
  readonly pool: pg.Pool;
  readonly memory: Memory;
}

/** For `connect`: gives a database of Drizzle transactions on the connections of the pool. */
export function setConnections(database: NodePgDatabase, connections: Connections): void {
  pools.set(database, connections);
  database.transaction = (work, config) => transaction(connections, work, config);
}

export function connectionsOf(database: object): Connections {
  const found = pools.get(database);
  if (!found) throw new Error('The transaction was given no connections');
  return found;
}

/** @param client what sends its statements, or takes them for later */
export function createTransaction(client: pg.PoolClient | Recorder, memory: Memory) {
  const session = new NodePgSession(client as pg.PoolClient, dialect, undefined);
  const tx: Transaction = new NodePgTransaction(dialect, session, undefined);
  const sent: Promise<unknown>[] = [];
  setClient(tx, client, memory);
  unawaited.set(tx, sent);
  return { tx, sent };
}

/** BEGIN is awaited: if it failed, the first statement would stand outside of the transaction. */
function transaction<T>(
  connections: Connections,
  work: Work<T>,
  config?: PgTransactionConfig,
): Promise<T> {
  return inTransaction(connections, async (tx, begun) => {
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
  return inTransaction(connectionsOf(database), work, whenEnding);
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
  { pool, memory }: Connections,
  work: (tx: Transaction, begun: Promise<unknown>) => Promise<T>,
  whenEnding: (tx: Transaction) => void = () => undefined,
): Promise<T> {
  const client = await pool.connect();
  const { tx, sent } = createTransaction(client, memory);
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
