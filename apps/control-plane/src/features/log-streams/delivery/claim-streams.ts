import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import { logStream } from '../../../db/schema/index.ts';
import { busyOrganizations } from '../../../delivery/index.ts';
import type { StreamRow } from '../destinations/index.ts';

/** A process that has not recorded the batch by then was killed; no batch takes half as long. */
export const LEASE_MS = 120_000;

export interface ClaimedStream {
  readonly row: StreamRow;
  /** The end of the organization's log when it was claimed: all events up to it are committed. */
  readonly logEnd: number;
}

/**
 * Takes streams that are due, for this process alone until their lease ends. Those that another process has locked
 * are left to it. Organizations have their turns one after another, so that the streams of one that hang leave places to
 * the others.
 * @param underWay batches of this process, by organization
 */
export async function claimStreams(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  streamsMax: number,
  underWay: ReadonlyMap<string, number> = new Map(),
): Promise<readonly ClaimedStream[]> {
  if (streamsMax <= 0) return [];
  const now = clock();
  const at = sql`${now.toISOString()}::timestamptz`;
  return db.transaction(async (tx) => {
    const { rows: due } = await tx.execute<{ id: string; logEnd: string }>(sql`
      with due as (
        select stream.organization_id, stream.id, chain.sequence as log_end,
          coalesce(busy.count, 0) + row_number() over (
            partition by stream.organization_id order by random()) as turn
        from log_stream as stream
          join audit_chain as chain on chain.organization_id = stream.organization_id
          join organization on organization.id = stream.organization_id
          left join ${busyOrganizations(underWay)} on busy.organization_id = stream.organization_id
        where ${isDue(at)} and chain.sequence > stream.sequence and organization.deleted_at is null
        order by turn, random()
        limit ${streamsMax}
      )
      select stream.id, due.log_end as "logEnd"
      from due join log_stream as stream
        on stream.organization_id = due.organization_id and stream.id = due.id
      -- Once more, for what another process has claimed or changed meanwhile.
      where ${isDue(at)}
      for no key update of stream skip locked`);
    if (due.length === 0) return [];
    const ends = new Map(due.map(({ id, logEnd }) => [id, Number(logEnd)]));
    const rows = await tx
      .update(logStream)
      .set({ claimedUntil: new Date(now.getTime() + LEASE_MS) })
      .where(inArray(logStream.id, [...ends.keys()]))
      .returning();
    return rows.map((row) => ({ row, logEnd: ends.get(row.id) ?? 0 }));
  });
}

function isDue(at: SQL): SQL {
  return sql`stream.status = 'enabled' and stream.next_attempt_at <= ${at}
    and (stream.claimed_until is null or stream.claimed_until <= ${at})`;
}

export function isStream({ organizationId, id }: Pick<StreamRow, 'organizationId' | 'id'>) {
  return and(eq(logStream.organizationId, organizationId), eq(logStream.id, id));
}

/** The stream, as long as this process has it and nobody changed that. */
export function isClaimed(row: StreamRow) {
  const { claimedUntil } = row;
  return and(isStream(row), claimedUntil ? eq(logStream.claimedUntil, claimedUntil) : sql`false`);
}
