import { sql } from 'drizzle-orm';
import { fromDrizzle, type JobWithMetadata, type PgBoss } from 'pg-boss';
import { z } from 'zod';
import type { Services } from '../context.ts';
import { mailInvitation } from '../features/invitations/index.ts';
import { mailResetLink } from '../features/password-resets/index.ts';
import type { Outbox, OutboxTopic } from '../write/outbox.ts';

interface Topic {
  /** How long a message is kept that waits, and one that was given up. */
  readonly keptSeconds: number;
  /** Delivers what the message holds, which may be a second time; throws to be called again later. */
  readonly deliver: (services: Services, payload: unknown) => Promise<void>;
}

const resetLink = z.object({ email: z.string() });
const invitation = z.object({
  organizationId: z.string(),
  invitationId: z.string(),
  expiresAt: z.string(),
});

const TOPICS: Readonly<Record<OutboxTopic, Topic>> = {
  // Of an address that a stranger gave, nothing is kept for long.
  'mail-reset-link': {
    keptSeconds: 3600,
    deliver: (services, payload) => mailResetLink(services, resetLink.parse(payload).email),
  },
  'mail-invitation': {
    keptSeconds: 7 * 86_400,
    deliver: (services, payload) => mailInvitation(services, invitation.parse(payload)),
  },
};

/** Retries take 30 seconds at first and twice as long each time: about half an hour in all. */
const RETRIES = { retryLimit: 5, retryDelay: 30, retryBackoff: true, expireInSeconds: 60 } as const;

/** The outbox as queues of pg-boss, one for each topic, in the same database. */
export function createOutbox(boss: PgBoss): Outbox {
  return {
    async add({ topic, payload, id, delaySeconds = 0 }, tx) {
      await boss.send(topic, payload, {
        ...(id === undefined ? {} : { id }),
        startAfter: delaySeconds,
        ...(tx ? { db: fromDrizzle(tx, sql) } : {}),
      });
    },
    async remove(topic, id) {
      await boss.deleteJob(topic, id);
    },
  };
}

/** Delivers messages from now on; of several processes, one delivers each. */
export async function deliverOutbox(boss: PgBoss, services: Services): Promise<void> {
  for (const [topic, { keptSeconds, deliver }] of Object.entries(TOPICS)) {
    await boss.createQueue(topic, {
      ...RETRIES,
      retentionSeconds: keptSeconds,
      deleteAfterSeconds: keptSeconds,
    });
    const options = { includeMetadata: true, pollingIntervalSeconds: 0.5 } as const;
    const worker = await boss.work(topic, options, async (jobs: JobWithMetadata<unknown>[]) => {
      for (const job of jobs) {
        await deliver(services, job.data).catch((error) => {
          if (job.retryCount >= job.retryLimit) reportGivenUp(services, topic, job);
          throw error;
        });
      }
      // The next one at once: strangers can store thousands, and a person's link waits behind them.
      boss.notifyWorker(worker);
    });
  }
}

/** The message stays in `pgboss.job`, in the state `failed`, until its time is over. */
function reportGivenUp(
  { log }: Services,
  topic: string,
  { id, retryCount }: JobWithMetadata<unknown>,
): void {
  const attempts = retryCount + 1;
  log.error({ topic, messageId: id, attempts }, 'outbox message given up: delivery failed');
}
