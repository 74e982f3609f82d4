import { Socket } from 'node:net';
import { sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { setClient } from './statement.ts';
import { CASING, setConnections, type Transaction } from './transaction.ts';

export type { Transaction } from './transaction.ts';

export type Database = NodePgDatabase;

export interface Connection {
  readonly pool: pg.Pool;
  readonly db: Database;
  /** Ends every connection of the pool: once it resolves, the server has none of them left. */
  end(): Promise<void>;
}

/** How long a statement may wait for a connection, in milliseconds, before the answer is 503. */
const CONNECT_TIMEOUT_MS = 5000;

/**
 * Limits of a connection in milliseconds, as pg names them. `query_timeout` is the only one that this
 * process watches itself: it ends what a server that went away without a word never answers, so it is
 * longer than what the server allows.
 */
export type ConnectionLimits = Pick<
  pg.ClientConfig,
  'statement_timeout' | 'lock_timeout' | 'idle_in_transaction_session_timeout' | 'query_timeout'
>;

/** For what runs beside requests: the lease, the counts, the fleet. */
const OWN_LIMITS = {
  statement_timeout: 15_000,
  idle_in_transaction_session_timeout: 15_000,
  query_timeout: 20_000,
} satisfies ConnectionLimits;

/**
 * For requests. A lock may be waited for a little less than a statement may take, so that the answer
 * can tell the two apart. A process that stands still in a transaction loses its locks before others
 * have waited for too long.
 */
export const REQUEST_LIMITS = {
  statement_timeout: 5000,
  lock_timeout: 4000,
  idle_in_transaction_session_timeout: 3000,
  query_timeout: 20_000,
} satisfies ConnectionLimits;

/**
 * For the few changes that touch every key of a member or an organization in one transaction: until
 * its end a statement may take three times as long, and so may this process between two of them. What
 * a connection allows besides, as those of jobs do, stays.
 */
export async function allowLongStatements(tx: Transaction): Promise<void> {
  await tx.execute(sql`
    select set_config(name, case
        when current_setting(name)::interval between interval '1 microsecond' and longer::interval
        then longer else current_setting(name) end, true)
    from (values ('statement_timeout', '15s'), ('idle_in_transaction_session_timeout', '10s'))
      as setting (name, longer)`);
}

/** For jobs, which delete millions of rows at once. */
export const JOB_LIMITS = {
  statement_timeout: 600_000,
  lock_timeout: 15_000,
  idle_in_transaction_session_timeout: 10_000,
  query_timeout: 620_000,
} satisfies ConnectionLimits;

/** For what may be lost with the power of the server: such commits do not wait for its disk. */
export const NOT_DURABLE = { options: '-c synchronous_commit=off' } satisfies pg.ClientConfig;

/**
 * @param config its own limits, if it has any, go before `limits`
 * @param connectionsMax how many statements run at once
 * @param onError receives what broke connections while they were idle; the pool replaces them
 */
export function connect(
  config: pg.ClientConfig,
  connectionsMax: number,
  onError: (error: Error) => void,
  limits: ConnectionLimits = OWN_LIMITS,
): Connection {
  const pool = new pg.Pool({
    ...limits,
    ...config,
    max: connectionsMax,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    // Statements that nobody waits for one by one go in one round trip.
    pipeline: true,
    stream: createBatchingSocket,
  });
  let ending = false;
  pool.on('error', (error) => {
    if (!ending) onError(error);
  });
  // The pool listens only while a connection is idle: one that broke between two statements of a
  // transaction would end the process. The statement after it fails, and that is enough.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const db: Database = drizzle({ client: pool, casing: CASING });
  const memory = new Map();
  setConnections(db, { pool, memory });
  setClient(db, pool, memory);
  const ended = untilRemoved(pool);
  return {
    pool,
    db,
    async end() {
      ending = true;
      await pool.end();
      await ended();
    },
  };
}

/** How long connections may take to end, in milliseconds: a server that is gone never answers. */
const END_MS = 2000;

/** The pool's own end only asks its connections to end, and resolves while they still do. */
function untilRemoved(pool: pg.Pool): () => Promise<void> {
  const open = new Set<unknown>();
  let onEmpty: () => void = () => undefined;
  pool.on('connect', (client) => open.add(client));
  pool.on('remove', (client) => {
    open.delete(client);
    if (open.size === 0) onEmpty();
  });
  return () =>
    new Promise((resolve) => {
      const impatient = setTimeout(resolve, END_MS);
      onEmpty = () => {
        clearTimeout(impatient);
        resolve();
      };
      if (open.size === 0) onEmpty();
    });
}

/**
 * A socket that hands all that is written in one turn of the event loop to the system at once. The
 * statements of a pipeline would else take a call each, which costs as much as making them.
 */
export function createBatchingSocket(): Socket {
  const socket = new Socket();
  // Connecting puts Node's own `write` back in its place.
  socket.once('connect', () => batchWrites(socket));
  return socket;
}

function batchWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let isWaiting = false;
  socket.write = (...args: unknown[]) => {
    if (!isWaiting) {
      isWaiting = true;
      socket.cork();
      process.nextTick(() => {
        isWaiting = false;
        socket.uncork();
      });
    }
    return write(...args);
  };
}

/** Where the database is, as the queues take it. */
export function bossConnection({ connectionString, host, port, user, database }: pg.ClientConfig) {
  return connectionString
    ? { connectionString }
    : { host: host ?? '', port: port ?? 5432, user: user ?? '', database: database ?? '' };
}
