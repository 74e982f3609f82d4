import { and, gte, ne } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import { planRequest } from '../../db/schema/index.ts';
import { runForEach } from '../../run-for-each.ts';
import { messageIdOf } from './billing-mail.ts';

/** Shorter than the week for which the outbox remembers the ids of messages. */
const RECENT_MS = 86_400_000;

type AnnounceServices = Pick<Services, 'db' | 'log' | 'clock' | 'mailer' | 'outbox'>;

/**
 * Hands the mail about each decision of the last day to the outbox, which takes each once. The operator's command
 * cannot: it does not know whether the server sends mail.
 */
export async function announceDecisions(services: AnnounceServices): Promise<undefined> {
  const { db, clock, mailer, outbox } = services;
  if (!mailer) return;
  const since = new Date(clock().getTime() - RECENT_MS);
  const decided = await db
    .select({ organizationId: planRequest.organizationId, decidedAt: planRequest.decidedAt })
    .from(planRequest)
    .where(and(ne(planRequest.status, 'pending'), gte(planRequest.decidedAt, since)));
  const contextOf = ({ organizationId }: (typeof decided)[number]) => ({ organizationId });
  await runForEach(services.log, decided, contextOf, async ({ organizationId, decidedAt }) => {
    if (!decidedAt) return;
    const topic = 'mail-plan-decision';
    const payload = { organizationId, decidedAt: decidedAt.toISOString() };
    await outbox.add({ topic, payload, id: messageIdOf(topic, organizationId, payload.decidedAt) });
  });
}
