/** Work that no request waits for: pg-boss queues in the same database. */
import type pg from 'pg';
import { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import type { Services } from '../context.ts';
import { bossConnection } from '../db/connect.ts';
import { UNUSED_RUN } from '../features/api-keys/index.ts';
import { addSegments } from '../features/audit-events/index.ts';
import { endPlans, reconcileSubscriptions, withdrawUndecided } from '../features/billing/index.ts';
import { recordCanaryUses } from '../features/canary-keys/index.ts';
import { DELIVER_CHATS, deliverChats } from '../features/chat-destinations/index.ts';
import { recordSignInFailures } from '../features/identity/index.ts';
import { DELIVER_LOG_STREAMS, deliverLogStreams } from '../features/log-streams/index.ts';
import {
  DELIVER_NOTIFICATIONS,
  deliverNotifications,
  findKeyFindings,
} from '../features/notifications/index.ts';
import { endReviewCampaigns } from '../features/review-campaigns/index.ts';
import { DELIVER_WEBHOOKS, deliverWebhooks } from '../features/webhooks/index.ts';
import { runForEach } from '../run-for-each.ts';
import {
  checkAuditLogs,
  collectCosignatures,
  integrateAuditLogs,
} from '../transparency-log/index.ts';
import type { Outbox } from '../write/outbox.ts';
import { disableUnusedKeys } from './disable-unused-keys.ts';
import { eraseDeletedOrganizations } from './erase-deleted-organizations.ts';
import { createOutbox, deliverOutbox, OUTBOX_QUEUES } from './outbox.ts';
import { pruneAuditEvents } from './prune-audit-events.ts';
import { purgeOutdated } from './purge-outdated.ts';
import { type StoredQueue, storeQueues } from './queues.ts';
import { isAnyCascadeRunning, resumeCascades } from './resume-cascades.ts';

interface Job {
  readonly name: string;
  /** In UTC. */
  readonly cron: string;
  /** Answers how many of each it changed. Where some are `left`, it runs again, in this process or another. */
  readonly run: (services: Services, stopping: AbortSignal) => Promise<Record<string, number>>;
  readonly options?: NonNullable<StoredQueue['options']>;
}

export const RESUME_CASCADES = 'resume-cascades';

const JOBS: readonly Job[] = [
  { name: 'purge-outdated', cron: '17 * * * *', run: ({ db }) => purgeOutdated(db) },
  {
    name: 'disable-unused-keys',
    cron: `${UNUSED_RUN.minute} ${UNUSED_RUN.hour} * * *`,
    run: runAll(disableUnusedKeys, findKeyFindings),
  },
  { name: 'index-audit-events', cron: '* * * * *', run: addSegments },
  { name: 'record-canary-uses', cron: '* * * * *', run: recordCanaryUses },
  { name: 'record-sign-in-failures', cron: '* * * * *', run: recordSignInFailures },
  { name: 'integrate-audit-logs', cron: '* * * * *', run: integrateAuditLogs },
  {
    name: 'check-audit-logs',
    cron: '* * * * *',
    run: async (services) => {
      await checkAuditLogs(services);
      return {};
    },
  },
  {
    name: 'collect-cosignatures',
    cron: '* * * * *',
    run: (services) => collectCosignatures(services),
  },
  {
    name: 'reconcile-subscriptions',
    cron: '11 2 * * *',
    run: async (services, stopping) => ({
      ...(await reconcileSubscriptions(services, { stopping })),
    }),
  },
  {
    name: 'end-plans',
    cron: '*/5 * * * *',
    run: runAll(withdrawUndecided, endPlans),
  },
  { name: 'end-review-campaigns', cron: '* * * * *', run: endReviewCampaigns },
  {
    name: DELIVER_WEBHOOKS,
    cron: '* * * * *',
    run: deliverWebhooks,
    // It runs for longer than a minute where there are endpoints.
    options: { policy: 'short' },
  },
  { name: DELIVER_NOTIFICATIONS, cron: '* * * * *', run: deliverNotifications },
  {
    name: DELIVER_LOG_STREAMS,
    cron: '* * * * *',
    run: deliverLogStreams,
    options: { policy: 'short' },
  },
  {
    name: DELIVER_CHATS,
    cron: '* * * * *',
    run: deliverChats,
    options: { policy: 'short' },
  },
  { name: RESUME_CASCADES, cron: '* * * * *', run: resumeCascades },
  {
    name: 'prune-audit-events',
    cron: '23 3 * * *',
    run: (services) => pruneAuditEvents(services),
  },
  { name: 'erase-deleted-organizations', cron: '41 3 * * *', run: eraseDeletedOrganizations },
];

type Step = (services: Services) => Promise<Record<string, number> | undefined>;

/** The steps after one another, and each of them, whatever happened in the one before. */
function runAll(...steps: readonly Step[]): Job['run'] {
  return async (services) => {
    let counts: Record<string, number> = {};
    await runForEach(
      services.log,
      steps,
      ({ name }) => ({ step: name }),
      async (step) => {
        counts = { ...counts, ...(await step(services)) };
      },
    );
    return counts;
  };
}

/** Schedules are by the minute. */
const JOB_POLLING = { pollingIntervalSeconds: 10 };

/** Nobody reads which processes there are: to record them was a quarter of what a start asked. */
const BOSS = { schema: 'pgboss', max: 2, registerInstance: false };

const STOP_TIMEOUT_MS = 5000;

export interface Jobs {
  /** Takes messages from now on, and delivers them once the jobs are started. */
  readonly outbox: Outbox;
  /**
   * Starts the jobs; of several processes, one does each at a time.
   * @param only their names; all unless given
   */
  start(services: Services, only?: readonly string[]): Promise<void>;
  /** Runs a job soon, beside its schedule. */
  wake(name: string): void;
  stop(): Promise<void>;
}

/** Opens the queues. No job runs yet. */
export async function openJobs(config: pg.ClientConfig, log: Logger): Promise<Jobs> {
  const boss = new PgBoss({ ...bossConnection(config), ...BOSS });
  const stopping = new AbortController();
  const workerIds = new Map<string, string>();
  let isStopped = false;
  // Its connections may still be ending when it says that it has stopped, and the server ends next.
  boss.on('error', (error) => {
    if (!isStopped) log.warn({ err: error }, 'job queue error');
  });
  await boss.start();
  await storeQueues(boss, [...JOBS, ...OUTBOX_QUEUES]);
  const runSoon = async (name: string) => {
    await boss.send(name);
    boss.notifyWorker(workerIds.get(name) ?? '');
  };
  return {
    outbox: createOutbox(boss),
    async start(services, only = JOBS.map(({ name }) => name)) {
      for (const { name, run } of JOBS.filter((job) => only.includes(job.name))) {
        const workerId = await boss.work(name, JOB_POLLING, async () => {
          const counts = await run(services, stopping.signal).catch((error: unknown) => {
            log.error({ err: error, job: name }, 'job failed');
            throw error;
          });
          // Most runs of most jobs find nothing to do.
          const level = Object.values(counts).some((count) => count > 0) ? 'info' : 'debug';
          log[level]({ job: name, ...counts }, 'job finished');
          if (counts.left) await runSoon(name);
        });
        workerIds.set(name, workerId);
      }
      // At once what the process was about when it ended the last time.
      if (await isAnyCascadeRunning(services.db)) {
        await runSoon(RESUME_CASCADES);
      }
      await deliverOutbox(boss, services);
    },
    wake(name) {
      if (!workerIds.has(name)) return;
      runSoon(name).catch((error: unknown) => log.warn({ err: error, job: name }, 'job not woken'));
    },
    async stop() {
      stopping.abort();
      await boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS });
      isStopped = true;
    },
  };
}
