import { and, eq, lte, sql } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import { notificationRecipient } from '../../../db/schema/index.ts';
import { runForEach } from '../../../run-for-each.ts';

/** Members of one run; the next one goes on. */
const MEMBERS_AT_ONCE = 500;

interface Due extends Record<string, unknown> {
  readonly organizationId: string;
  readonly memberId: string;
}

type QueueServices = Pick<Services, 'db' | 'clock' | 'log' | 'outbox'>;

/**
 * Hands what is due to the outbox, one mail for each member. What was handed over is due no more, in the same
 * transaction: it is in one mail, whichever process is killed and however many run.
 * @returns how many mails, and whether more members are due
 */
export async function queueMails(services: QueueServices) {
  const { db, clock, log, outbox } = services;
  const now = clock();
  const due = await db.execute<Due>(sql`
    select distinct organization_id as "organizationId", member_id as "memberId"
    from notification_recipient where mail_due_at <= ${now.toISOString()}::timestamptz
    limit ${MEMBERS_AT_ONCE}`);
  let queued = 0;
  const contextOf = ({ memberId }: Due) => ({ memberId });
  await runForEach(log, due.rows, contextOf, ({ organizationId, memberId }) =>
    db.transaction(async (tx) => {
      const taken = await tx
        .update(notificationRecipient)
        .set({ mailDueAt: null })
        .where(
          and(
            eq(notificationRecipient.organizationId, organizationId),
            eq(notificationRecipient.memberId, memberId),
            lte(notificationRecipient.mailDueAt, now),
          ),
        )
        .returning({ number: notificationRecipient.number });
      if (taken.length === 0) return;
      const numbers = taken.map(({ number }) => number);
      const payload = { organizationId, memberId, numbers };
      await outbox.add({ topic: 'mail-notifications', payload }, tx);
      queued += 1;
    }),
  );
  return { queued, isMore: due.rows.length === MEMBERS_AT_ONCE };
}
