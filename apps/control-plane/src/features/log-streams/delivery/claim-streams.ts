import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import { logStream } from '../../../db/schema/index.ts';
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
 * are left to it. They come in random order, so that each has its turn.
 */
export async function claimStreams(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  streamsMax: number,
): Promise<readonly ClaimedStream[]> {
  if (streamsMax <= 0) return [];
  const now = clock();
  const at = sql`${now.toISOString()}::timestamptz`;
  return db.transaction(async (tx) => {
    const { rows: due } = await tx.execute<{ id: string; logEnd: string }>(sql`
      select stream.id, chain.sequence as "logEnd"
      from log_stream as stream
        join audit_chain as chain on chain.organization_id = stream.organization_id
        join organization on organization.id = stream.organization_id
      where stream.status = 'enabled' and stream.next_attempt_at <= ${at}
        and (stream.claimed_until is null or stream.claimed_until <= ${at})
        and chain.sequence > stream.sequence and organization.deleted_at is null
      order by random()
      limit ${streamsMax}
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

export function isStream({ organizationId, id }: Pick<StreamRow, 'organizationId' | 'id'>) {
  return and(eq(logStream.organizationId, organizationId), eq(logStream.id, id));
}

/** The stream, as long as this process has it and nobody changed that. */
export function isClaimed(row: StreamRow) {
  const { claimedUntil } = row;
  return and(isStream(row), claimedUntil ? eq(logStream.claimedUntil, claimedUntil) : sql`false`);
}
