import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import { chatDestination } from '../../../db/schema/index.ts';
import { busyOrganizations } from '../../../delivery/index.ts';
import { type DestinationRow, isDestination } from '../destination-view.ts';

/** A process that has not recorded the message by then was killed; no message takes longer than half of it, sent twice. */
export const LEASE_MS = 60_000;

export interface ClaimedDestination {
  readonly row: DestinationRow;
  /** The last notification when it was claimed: all before it are committed. */
  readonly end: number;
}

/**
 * Takes destinations that are due, for this process alone until their lease ends. Those that another process has
 * locked are left to it. Organizations have their turns one after another, so that the destinations of one that hang
 * leave places to the others.
 * @param underWay messages of this process, by organization
 */
export async function claimDestinations(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  destinationsMax: number,
  underWay: ReadonlyMap<string, number>,
): Promise<readonly ClaimedDestination[]> {
  if (destinationsMax <= 0) return [];
  const now = clock();
  const at = sql`${now.toISOString()}::timestamptz`;
  return db.transaction(async (tx) => {
    const { rows: due } = await tx.execute<{ id: string; end: string }>(sql`
      with due as (
        select destination.organization_id, destination.id, cursor.last_number as last,
          coalesce(busy.count, 0) + row_number() over (
            partition by destination.organization_id order by random()) as turn
        from chat_destination as destination
          join notification_cursor as cursor on cursor.organization_id = destination.organization_id
          join organization on organization.id = destination.organization_id
          left join ${busyOrganizations(underWay)}
            on busy.organization_id = destination.organization_id
        where ${isDue(at)} and organization.deleted_at is null
          and (cursor.last_number > destination.number or destination.summaries_due_at <= ${at})
        order by turn, random()
        limit ${destinationsMax}
      )
      select destination.id, due.last as "end"
      from due join chat_destination as destination
        on destination.organization_id = due.organization_id and destination.id = due.id
      -- Once more, for what another process has claimed or changed meanwhile.
      where ${isDue(at)}
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

function isDue(at: SQL): SQL {
  return sql`destination.status = 'enabled' and destination.next_attempt_at <= ${at}
    and (destination.claimed_until is null or destination.claimed_until <= ${at})`;
}

/** The destination, as long as this process has it. */
export function isClaimed(row: DestinationRow) {
  const { organizationId, id, claimedUntil } = row;
  return and(
    isDestination(organizationId, id),
    claimedUntil ? eq(chatDestination.claimedUntil, claimedUntil) : sql`false`,
  );
}
