import { randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import type { Logger } from 'pino';
import { connect } from './db/connect.ts';
import { migrateDatabase } from './db/migrate.ts';
import { createAuth } from './features/identity/index.ts';
import { createSetup, type Setup } from './features/setup/index.ts';
import { createServer } from './http/server.ts';
import { startJobs } from './jobs/index.ts';
import { CHANGE_CHANNEL } from './kernel/append-changes.ts';
import type { Services } from './kernel/context.ts';
import { APPLIED_CHANNEL, startFollower } from './kernel/follower.ts';
import { listen } from './kernel/listen.ts';
import { createLiveKeys } from './kernel/live-keys.ts';
import { startUsageCounter } from './kernel/usage-counter.ts';

export interface AppOptions {
  readonly database: pg.ClientConfig;
  readonly baseUrl: string;
  readonly secret: string;
  readonly setupToken: string | undefined;
  readonly trustedProxies: readonly string[];
  readonly dashboardDir: string | undefined;
  readonly version: string;
  readonly log: Logger;
  readonly clock: () => Date;
}

export interface App {
  readonly server: FastifyInstance;
  readonly services: Services;
  readonly setup: Setup;
  /** Drains: stops listening, lets requests end, stores the last counts, lets go of the database. */
  close(): Promise<void>;
}

/** The control plane on a database, not yet listening. */
export async function createApp(options: AppOptions): Promise<App> {
  const { log, clock } = options;
  await migrateDatabase(options.database);
  const connection = connect(options.database, (error) =>
    log.warn({ err: error }, 'lost a connection'),
  );
  const { db, pool } = connection;
  const processId = randomUUID();
  const keys = createLiveKeys(db);
  const follower = await startFollower(connection, processId, keys, log);
  const unlisten = listen(options.database, [CHANGE_CHANNEL, APPLIED_CHANNEL], follower.wake, log);
  const usage = startUsageCounter(db, processId, log);
  const jobs = await startJobs(options.database, db, log);
  const services: Services = { db, log, clock, randomBytes, follower, keys, usage };
  const auth = createAuth({ db, baseUrl: options.baseUrl, secret: options.secret, log });
  const setup = createSetup(db, options.setupToken);
  const server = await createServer({
    ...options,
    services,
    auth,
    setup,
    isReady: () => follower.refresh().then(follower.current, () => false),
  });
  return {
    server,
    services,
    setup,
    async close() {
      await server.close();
      await jobs.stop();
      await usage.stop();
      await unlisten();
      await follower.stop();
      await pool.end();
    },
  };
}
