import { and, asc, eq, gt } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { notification, notificationCursor, type SentSummary } from '../../db/schema/index.ts';
import type { DestinationRow } from './destination-view.ts';

/** When a summary is looked at that something may have been added to since the destination began. */
const LOOKED_AT_AFTER_MS = 2 * 60_000;
const SUMMARIES_MAX = 100;

type Start = Pick<DestinationRow, 'number' | 'summaries' | 'summariesDueAt'>;

/**
 * Where a destination begins that receives what happens from now on: after the last notification. What happens may be
 * added to a summary that is open already, so that it follows those.
 */
export async function readStart(
  tx: Transaction,
  organizationId: string,
  now: Date,
): Promise<Start> {
  const [cursor] = await tx
    .select({ end: notificationCursor.lastNumber })
    .from(notificationCursor)
    .where(eq(notificationCursor.organizationId, organizationId));
  const open = await tx
    .select({ number: notification.number, count: notification.count })
    .from(notification)
    .where(
      and(
        eq(notification.organizationId, organizationId),
        gt(notification.createdAt, new Date(now.getTime() - 3_600_000)),
        gt(notification.summaryUntil, now),
      ),
    )
    .orderBy(asc(notification.number))
    .limit(SUMMARIES_MAX);
  const dueAt = new Date(now.getTime() + LOOKED_AT_AFTER_MS);
  const summaries: SentSummary[] = open.map((each) => ({ ...each, dueAt: dueAt.toISOString() }));
  return {
    number: cursor?.end ?? 0,
    summaries,
    summariesDueAt: summaries.length > 0 ? dueAt : null,
  };
}
