import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PgTransactionConfig } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { isOutdated, isUnavailable } from '../kernel/database-errors.ts';
import { setClient } from './statement.ts';

export type Database = NodePgDatabase;
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

export interface Connection {
  readonly pool: pg.Pool;
  readonly db: Database;
}

/** How long a statement may wait for a connection, in milliseconds, before the answer is 503. */
const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 15_000;
/** Longer than the server's own: it ends what a server that is gone without a word never answers. */
const ANSWER_TIMEOUT_MS = 20_000;

/** For what may be lost with the power of the server: such commits do not wait for its disk. */
export const NOT_DURABLE = { options: '-c synchronous_commit=off' } satisfies pg.ClientConfig;

/**
 * @param connectionsMax how many statements run at once
 * @param onError receives what broke connections while they were idle; the pool replaces them
 */
export function connect(
  config: pg.ClientConfig,
  connectionsMax: number,
  onError: (error: Error) => void,
): Connection {
  const pool = new pg.Pool({
    ...config,
    max: connectionsMax,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
  });
  pool.on('error', onError);
  // The pool listens only while a connection is idle: one that broke between two statements of a
  // transaction would end the process. The statement after it fails, and that is enough.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const db: Database = drizzle({ client: pool, ...OPTIONS });
  db.transaction = (work, transactionConfig) => inTransaction(pool, work, transactionConfig);
  setClient(db, pool);
  return { pool, db };
}

const OPTIONS = { casing: 'snake_case' } as const;

/** Drizzle's own never gives back a connection whose BEGIN failed: ten of those empty the pool. */
async function inTransaction<T>(
  pool: pg.Pool,
  work: (tx: Transaction) => Promise<T>,
  config: PgTransactionConfig | undefined,
): Promise<T> {
  const client = await pool.connect();
  let isBroken = false;
  try {
    return await drizzle({ client, ...OPTIONS }).transaction((tx) => {
      setClient(tx, client);
      return work(tx);
    }, config);
  } catch (error) {
    isBroken = isUnavailable(error) || isOutdated(error);
    throw error;
  } finally {
    client.release(isBroken);
  }
}
