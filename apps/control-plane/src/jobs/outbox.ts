import { PLANS } from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import { fromDrizzle, type Job, type JobWithMetadata, type PgBoss } from 'pg-boss';
import { z } from 'zod';
import type { Services } from '../context.ts';
import { followSubscription, mailPlanRequest } from '../features/billing/index.ts';
import { giveUpInvitationMail, mailInvitation } from '../features/invitations/index.ts';
import { mailNotifications } from '../features/notifications/index.ts';
import { mailResetLink } from '../features/password-resets/index.ts';
import type { Outbox, OutboxTopic } from '../write/outbox.ts';
import type { StoredQueue } from './queues.ts';

interface Topic {
  /** How long a message is kept that waits, and one that was given up. */
  readonly keptSeconds: number;
  /** Delivers what the message holds, which may be a second time; throws to be called again later. */
  readonly deliver: (services: Services, payload: unknown) => Promise<void>;
  /** Notes where people look that the message was given up. */
  readonly giveUp?: (services: Services, payload: unknown) => Promise<void>;
}

const resetLink = z.object({ email: z.string() });
const invitation = z.object({
  organizationId: z.string(),
  invitationId: z.string(),
  expiresAt: z.string(),
});
const planRequest = z.object({ organizationId: z.string(), plan: z.enum(PLANS) });
const notifications = z.object({
  organizationId: z.string(),
  memberId: z.string(),
  numbers: z.array(z.number()),
});
const deletedOrganization = z.object({ organizationId: z.string() });

const TOPICS: Readonly<Record<OutboxTopic, Topic>> = {
  // Of an address that a stranger gave, nothing is kept for long.
  'mail-reset-link': {
    keptSeconds: 3600,
    deliver: (services, payload) => mailResetLink(services, resetLink.parse(payload).email),
  },
  'mail-invitation': {
    keptSeconds: 7 * 86_400,
    deliver: (services, payload) => mailInvitation(services, invitation.parse(payload)),
    giveUp: (services, payload) => giveUpInvitationMail(services, invitation.parse(payload)),
  },
  'mail-plan-request': {
    keptSeconds: 7 * 86_400,
    deliver: (services, payload) => mailPlanRequest(services, planRequest.parse(payload)),
  },
  'mail-notifications': {
    keptSeconds: 7 * 86_400,
    deliver: (services, payload) => mailNotifications(services, notifications.parse(payload)),
  },
  // Once it is given up, a job tries again every night.
  'end-subscriptions': {
    keptSeconds: 7 * 86_400,
    deliver: async (services, payload) => {
      const { organizationId } = deletedOrganization.parse(payload);
      if (services.stripe) await followSubscription(services, organizationId);
    },
  },
};

/**
 * Where pg-boss copies a message whose last attempt failed, or whose process was killed in it, with
 * the times for which its own topic keeps messages.
 */
const GIVEN_UP = 'outbox-given-up';

/** Retries take 30 seconds at first and twice as long each time: about half an hour in all. */
const RETRIES = { retryLimit: 5, retryDelay: 30, retryBackoff: true, expireInSeconds: 60 } as const;

/** Those of the outbox, one for each topic. */
export const OUTBOX_QUEUES: readonly StoredQueue[] = [
  { name: GIVEN_UP },
  ...Object.entries(TOPICS).map(([name, { keptSeconds }]) => ({
    name,
    options: { ...RETRIES, retentionSeconds: keptSeconds, deleteAfterSeconds: keptSeconds },
    deadLetter: GIVEN_UP,
  })),
];

/** People wait for mail; without a mail server nothing is stored that could be sent. */
const POLLING_SECONDS = 0.5;
const IDLE_POLLING_SECONDS = 10;

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
  const options = {
    pollingIntervalSeconds: services.mailer ? POLLING_SECONDS : IDLE_POLLING_SECONDS,
  };
  const withSource = { ...options, includeMetadata: true } as const;
  await boss.work(GIVEN_UP, withSource, async (jobs: JobWithMetadata<unknown>[]) => {
    for (const job of jobs) await giveUp(services, job);
  });
  for (const [topic, { deliver }] of Object.entries(TOPICS)) {
    const worker = await boss.work(topic, options, async (jobs: Job<unknown>[]) => {
      for (const job of jobs) await deliver(services, job.data);
      // The next one at once: strangers can store thousands, and a person's link waits behind them.
      boss.notifyWorker(worker);
    });
  }
}

/** The message itself stays in `pgboss.job`, in the state `failed`, until its time is over. */
async function giveUp(
  services: Services,
  { sourceName, sourceId, data }: JobWithMetadata<unknown>,
): Promise<void> {
  const topic = new Map<string | null, Topic>(Object.entries(TOPICS)).get(sourceName);
  await topic?.giveUp?.(services, data);
  const message = { topic: sourceName, messageId: sourceId };
  services.log.error(message, 'outbox message given up: delivery failed');
}
