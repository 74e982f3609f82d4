import { and, eq, isNull, lt, or } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import { member } from '../../db/schema/index.ts';

const MINUTE_MS = 60_000;

/** Notes that the member was here, at most once a minute. Not a change: no audit event tells it. */
export async function markSeen(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  seen: { readonly id: string; readonly lastSeenAt: Date | null },
): Promise<void> {
  const now = clock();
  const before = new Date(now.getTime() - MINUTE_MS);
  if (seen.lastSeenAt && seen.lastSeenAt > before) return;
  await db
    .update(member)
    .set({ lastSeenAt: now })
    .where(
      and(eq(member.id, seen.id), or(isNull(member.lastSeenAt), lt(member.lastSeenAt, before))),
    );
}
