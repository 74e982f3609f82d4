/** Work that no request waits for: pg-boss queues in the same database. */
import type pg from 'pg';
import { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import type { Database } from '../db/connect.ts';
import { purgeOutdated } from './purge-outdated.ts';

const PURGE = 'purge-outdated';
const HOURLY = '17 * * * *';
const STOP_TIMEOUT_MS = 5000;

export interface Jobs {
  stop(): Promise<void>;
}

/** Starts the queues; one process of several does each job. */
export async function startJobs(config: pg.ClientConfig, db: Database, log: Logger): Promise<Jobs> {
  const boss = new PgBoss({ ...bossConnection(config), schema: 'pgboss', max: 2 });
  boss.on('error', (error) => log.warn({ err: error }, 'a queue had to wait'));
  await boss.start();
  await boss.createQueue(PURGE);
  await boss.schedule(PURGE, HOURLY);
  await boss.work(PURGE, async () => {
    log.info(await purgeOutdated(db), 'purged what is outdated');
  });
  return { stop: () => boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS }) };
}

function bossConnection({ connectionString, host, port, user, database }: pg.ClientConfig) {
  return connectionString
    ? { connectionString }
    : { host: host ?? '', port: port ?? 5432, user: user ?? '', database: database ?? '' };
}
