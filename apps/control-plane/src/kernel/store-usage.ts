import { and, eq, lt, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../db/connect.ts';
import { apiKey, keyTotal, keyUsage, organizationUsage, usageSource } from '../db/schema/index.ts';
import type { UsageRow } from './usage-row.ts';

/** Adds the rows to the stored counts, once for each (source, sequence) however often called. */
export async function storeUsage(
  db: Database,
  sourceId: string,
  sequence: number,
  rows: readonly UsageRow[],
): Promise<void> {
  await db.transaction(async (tx) => {
    if (!(await takeSequence(tx, sourceId, sequence))) return;
    // One order for all processes, so that two that store the same keys cannot deadlock.
    const ordered = rows.toSorted((a, b) => compare(a.keyId, b.keyId) || a.minuteMs - b.minuteMs);
    await addKeyUsage(tx, ordered);
    await addOrganizationUsage(tx, ordered);
    await touchLastUsed(tx, ordered);
  });
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * Whether it is new: a source sends a batch only when the one before was taken, so that the highest
 * sequence is the last. It may be far behind, or missing, where the database was restored from a
 * backup or the source was silent for a month; what comes then is its next all the same.
 */
async function takeSequence(tx: Transaction, sourceId: string, sequence: number) {
  await tx
    .insert(usageSource)
    .values({ id: sourceId, lastSequence: sequence - 1, seenAt: sql`now()` })
    .onConflictDoNothing();
  const taken = await tx
    .update(usageSource)
    .set({ lastSequence: sequence, seenAt: sql`now()` })
    .where(and(eq(usageSource.id, sourceId), lt(usageSource.lastSequence, sequence)))
    .returning({ id: usageSource.id });
  return taken.length > 0;
}

/** As one JSON text: one statement for any number of rows, and the least work to put together. */
async function addKeyUsage(tx: Transaction, rows: readonly UsageRow[]): Promise<void> {
  await tx.execute(sql`
    insert into ${keyUsage} (organization_id, key_id, minute, accepted, denied)
    select "organizationId", "keyId", to_timestamp("minuteMs" / 1000), accepted, denied
    from json_to_recordset(${JSON.stringify(rows)}::json) as counted (
      "organizationId" text, "keyId" text, "minuteMs" float8, accepted bigint, denied bigint)
    on conflict (key_id, minute) do update set
      accepted = ${keyUsage.accepted} + excluded.accepted,
      denied = ${keyUsage.denied} + excluded.denied`);
}

async function addOrganizationUsage(tx: Transaction, rows: readonly UsageRow[]): Promise<void> {
  const sums = summed(
    rows,
    (row) => `${row.organizationId} ${row.minuteMs} ${row.ownerId} ${row.workspaceId}`,
  );
  for (const row of sums) {
    await tx
      .insert(organizationUsage)
      .values({
        organizationId: row.organizationId,
        memberId: row.ownerId,
        workspaceId: row.workspaceId ?? '',
        minute: new Date(row.minuteMs),
        accepted: row.accepted,
        denied: row.denied,
      })
      .onConflictDoUpdate({
        target: [
          organizationUsage.organizationId,
          organizationUsage.minute,
          organizationUsage.memberId,
          organizationUsage.workspaceId,
        ],
        set: {
          accepted: sql`${organizationUsage.accepted} + excluded.accepted`,
          denied: sql`${organizationUsage.denied} + excluded.denied`,
        },
      });
  }
}

/**
 * Only moves forward, and only in rows that exist: a late count revives no deleted key. Rows are
 * locked in order, so that this cannot deadlock with another process that does the same.
 */
async function touchLastUsed(tx: Transaction, rows: readonly UsageRow[]): Promise<void> {
  const keys = summed(rows, (row) => row.keyId).filter((row) => row.lastAcceptedMs > 0);
  if (keys.length === 0) return;
  const seen = sql`json_to_recordset(${JSON.stringify(keys)}::json)
    as seen ("keyId" text, "lastAcceptedMs" float8)`;
  await tx.execute(sql`
    select 1 from ${apiKey} where ${apiKey.id} in (select "keyId" from ${seen})
    order by ${apiKey.id} for no key update`);
  await tx.execute(sql`
    update ${apiKey}
    set last_used_at = greatest(last_used_at, to_timestamp("lastAcceptedMs" / 1000))
    from ${seen} where ${apiKey.id} = seen."keyId"`);
  for (const row of summed(
    keys,
    (each) => `${each.organizationId} ${each.ownerId} ${each.workspaceId}`,
  )) {
    await tx
      .update(keyTotal)
      .set({
        lastCallAt: sql`greatest(${keyTotal.lastCallAt}, ${new Date(row.lastAcceptedMs).toISOString()}::timestamptz)`,
      })
      .where(
        and(
          eq(keyTotal.organizationId, row.organizationId),
          eq(keyTotal.memberId, row.ownerId),
          eq(keyTotal.workspaceId, row.workspaceId ?? ''),
        ),
      );
  }
}

function summed(rows: readonly UsageRow[], nameOf: (row: UsageRow) => string): UsageRow[] {
  const sums = new Map<string, UsageRow>();
  for (const row of rows) {
    const name = nameOf(row);
    const sum = sums.get(name);
    if (!sum) {
      sums.set(name, { ...row });
      continue;
    }
    sum.accepted += row.accepted;
    sum.denied += row.denied;
    sum.lastAcceptedMs = Math.max(sum.lastAcceptedMs, row.lastAcceptedMs);
  }
  return [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
