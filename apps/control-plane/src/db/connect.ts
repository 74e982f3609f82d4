import type { ExtractTablesWithRelations } from 'drizzle-orm';
import { drizzle, type NodePgDatabase, type NodePgTransaction } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import * as schema from './schema/index.ts';

export type Database = NodePgDatabase<typeof schema>;
export type Transaction = NodePgTransaction<
  typeof schema,
  ExtractTablesWithRelations<typeof schema>
>;

export interface Connection {
  readonly pool: pg.Pool;
  readonly db: Database;
}

/** How long a statement may wait for a connection, in milliseconds, before the answer is 503. */
const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 15_000;

/** @param onError told of connections that broke while idle; the pool replaces them */
export function connect(config: pg.ClientConfig, onError: (error: Error) => void): Connection {
  const pool = new pg.Pool({
    ...config,
    max: 10,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  pool.on('error', onError);
  return { pool, db: drizzle({ client: pool, schema, casing: 'snake_case' }) };
}
