/** Work that no request waits for: pg-boss queues in the same database. */
import type pg from 'pg';
import { PgBoss } from 'pg-boss';
import { z } from 'zod';
import type { Services } from '../context.ts';
import { UNUSED_RUN } from '../features/api-keys/index.ts';
import { recordSignInFailures } from '../features/identity/index.ts';
import { mailResetLink } from '../features/password-resets/index.ts';
import { bossConnection } from './boss-connection.ts';
import { disableUnusedKeys } from './disable-unused-keys.ts';
import { eraseDeletedOrganizations } from './erase-deleted-organizations.ts';
import { purgeOutdated } from './purge-outdated.ts';
import { warnOfUnusedKeys } from './warn-of-unused-keys.ts';

interface Job {
  readonly name: string;
  /** In UTC. */
  readonly cron: string;
  readonly run: (services: Services) => Promise<object>;
}

const JOBS: readonly Job[] = [
  { name: 'purge-outdated', cron: '17 * * * *', run: ({ db }) => purgeOutdated(db) },
  {
    name: 'disable-unused-keys',
    cron: `${UNUSED_RUN.minute} ${UNUSED_RUN.hour} * * *`,
    run: async (services) => ({
      ...(await disableUnusedKeys(services)),
      ...(await warnOfUnusedKeys(services)),
    }),
  },
  { name: 'record-sign-in-failures', cron: '* * * * *', run: recordSignInFailures },
  { name: 'erase-deleted-organizations', cron: '41 3 * * *', run: eraseDeletedOrganizations },
];

/** Mails links to reset a password; of an address that a stranger gave, nothing is kept for long. */
const RESET_LINKS = {
  name: 'mail-reset-link',
  options: {
    retryLimit: 5,
    retryDelay: 30,
    retryBackoff: true,
    expireInSeconds: 60,
    retentionSeconds: 3600,
    deleteAfterSeconds: 3600,
  },
  data: z.object({ email: z.string() }),
} as const;
const STOP_TIMEOUT_MS = 5000;

export interface Jobs {
  queueResetLink(email: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the queues; one process of several does each job. */
export async function startJobs(config: pg.ClientConfig, services: Services): Promise<Jobs> {
  const { log } = services;
  const boss = new PgBoss({ ...bossConnection(config), schema: 'pgboss', max: 2 });
  let isStopped = false;
  // Its connections may still be ending when it says that it has stopped, and the server ends next.
  boss.on('error', (error) => {
    if (!isStopped) log.warn({ err: error }, 'job queue error');
  });
  await boss.start();
  for (const { name, cron, run } of JOBS) {
    await boss.createQueue(name);
    await boss.schedule(name, cron);
    await boss.work(name, async () =>
      log.info({ job: name, ...(await run(services)) }, 'job finished'),
    );
  }
  const { name, options, data } = RESET_LINKS;
  await boss.createQueue(name, options);
  const worker = await boss.work(name, { pollingIntervalSeconds: 0.5 }, async (jobs) => {
    for (const job of jobs) await mailResetLink(services, data.parse(job.data).email);
    // The next one at once: strangers can queue thousands, and a person's link waits behind them.
    boss.notifyWorker(worker);
  });
  const queueResetLink = async (email: string) => void (await boss.send(name, { email }));
  return {
    queueResetLink,
    async stop() {
      await boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS });
      isStopped = true;
    },
  };
}
