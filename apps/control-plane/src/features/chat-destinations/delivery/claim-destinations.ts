import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import { chatDestination } from '../../../db/schema/index.ts';
import { type DestinationRow, isDestination } from '../destination-view.ts';

/** A process that has not recorded the message by then was killed; no message takes half as long. */
export const LEASE_MS = 60_000;

export interface ClaimedDestination {
  readonly row: DestinationRow;
  /** The last notification when it was claimed: all before it are committed. */
  readonly end: number;
}

/**
 * Takes destinations that are due, for this process alone until their lease ends. Those that another process has
 * locked are left to it. They come in random order, so that each has its turn.
 */
export async function claimDestinations(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  destinationsMax: number,
): Promise<readonly ClaimedDestination[]> {
  if (destinationsMax <= 0) return [];
  const now = clock();
  const at = sql`${now.toISOString()}::timestamptz`;
  return db.transaction(async (tx) => {
    const { rows: due } = await tx.execute<{ id: string; end: string }>(sql`
      select destination.id, coalesce(cursor.last_number, 0) as "end"
      from chat_destination as destination
        join organization on organization.id = destination.organization_id
        left join notification_cursor as cursor
          on cursor.organization_id = destination.organization_id
      where destination.status = 'enabled' and destination.next_attempt_at <= ${at}
        and (destination.claimed_until is null or destination.claimed_until <= ${at})
        and (cursor.last_number > destination.number or destination.summaries_due_at <= ${at})
        and organization.deleted_at is null
      order by random()
      limit ${destinationsMax}
      for no key update of destination skip locked`);
    if (due.length === 0) return [];
    const ends = new Map(due.map(({ id, end }) => [id, Number(end)]));
    const rows = await tx
      .update(chatDestination)
      .set({ claimedUntil: new Date(now.getTime() + LEASE_MS) })
      .where(inArray(chatDestination.id, [...ends.keys()]))
      .returning();
    return rows.map((row) => ({ row, end: ends.get(row.id) ?? 0 }));
  });
}

/** The destination, as long as this process has it. */
export function isClaimed(row: DestinationRow) {
  const { organizationId, id, claimedUntil } = row;
  return and(
    isDestination(organizationId, id),
    claimedUntil ? eq(chatDestination.claimedUntil, claimedUntil) : sql`false`,
  );
}
