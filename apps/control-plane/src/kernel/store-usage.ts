import { and, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../db/connect.ts';
import { apiKey, keyTotal, keyUsage, organizationUsage, usageSource } from '../db/schema/index.ts';
import { type LastUse, type LastUses, noteLastUses, takeLastUses } from './last-uses.ts';
import type { UsageRow } from './usage-row.ts';

/**
 * Adds the rows to the stored counts, once for each (source, sequence) however often called.
 * @param lastUses of keys, to be stored with them: those of the rows unless said otherwise
 */
export async function storeUsage(
  db: Database,
  sourceId: string,
  sequence: number,
  rows: readonly UsageRow[],
  lastUses: readonly LastUse[] = lastUsesOf(rows),
): Promise<void> {
  await db.transaction(async (tx) => {
    if (!(await takeSequence(tx, sourceId, sequence))) return;
    const sums = sumsOf(rows);
    await addKeyUsage(tx, rows);
    await addSums(tx, sums);
    // Keys before totals, as everyone locks them who needs both: creating a key holds the row
    // of the calling key when it counts the new one in its total.
    await touchKeys(tx, lastUses);
    await storeLastCalls(tx, sums);
  });
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

/**
 * One statement for any number of rows, which go as columns. In one order, like all that follows:
 * two processes that store the same keys must not deadlock.
 */
async function addKeyUsage(tx: Transaction, rows: readonly UsageRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(sql`
    insert into ${keyUsage} (organization_id, key_id, minute, accepted, denied)
    select organization_id, key_id, to_timestamp(minute_ms / 1000), accepted, denied
    from unnest(
      ${texts(rows, (row) => row.organizationId)}, ${texts(rows, (row) => row.keyId)},
      ${texts(rows, (row) => row.minuteMs)}::float8[],
      ${texts(rows, (row) => row.accepted)}::bigint[], ${texts(rows, (row) => row.denied)}::bigint[]
    ) as counted (organization_id, key_id, minute_ms, accepted, denied)
    order by key_id collate "C", minute_ms
    on conflict (key_id, minute) do update set
      accepted = ${keyUsage.accepted} + excluded.accepted,
      denied = ${keyUsage.denied} + excluded.denied`);
}

/** Of all keys of one owner in one workspace, in one minute. */
type Sum = Omit<UsageRow, 'keyId'>;

async function addSums(tx: Transaction, sums: readonly Sum[]): Promise<void> {
  if (sums.length === 0) return;
  const summed = summedOf(sums);
  await tx.execute(sql`
    insert into ${organizationUsage}
      (organization_id, member_id, workspace_id, minute, accepted, denied)
    select organization_id, member_id, workspace_id, minute, accepted, denied from ${summed}
    order by 1, 4, 2, 3
    on conflict (organization_id, minute, member_id, workspace_id) do update set
      accepted = ${organizationUsage.accepted} + excluded.accepted,
      denied = ${organizationUsage.denied} + excluded.denied`);
}

/** Notes in the totals, which survive the keys, when one of theirs was last called. */
async function storeLastCalls(tx: Transaction, sums: readonly Sum[]): Promise<void> {
  const called = sums.filter(({ lastAcceptedMs }) => lastAcceptedMs > 0);
  if (called.length === 0) return;
  const summed = summedOf(called);
  await tx.execute(sql`
    select 1 from ${keyTotal} where (organization_id, member_id, workspace_id) in (
      select organization_id, member_id, workspace_id from ${summed})
    order by organization_id, member_id, workspace_id for no key update`);
  await tx.execute(sql`
    update ${keyTotal} as total set last_call_at = greatest(total.last_call_at, called.called_at)
    from (
      select organization_id, member_id, workspace_id, max(called_at) as called_at
      from ${summed} group by 1, 2, 3
    ) as called
    where (total.organization_id, total.member_id, total.workspace_id)
        = (called.organization_id, called.member_id, called.workspace_id)`);
}

/** As rows of a query. */
function summedOf(sums: readonly Sum[]): SQL {
  return sql`(
    select "organizationId" as organization_id, "ownerId" as member_id,
      coalesce("workspaceId", '') as workspace_id, to_timestamp("minuteMs" / 1000) as minute,
      accepted, denied, to_timestamp(nullif("lastAcceptedMs", 0) / 1000) as called_at
    from json_to_recordset(${JSON.stringify(sums)}::json) as sum (
      "organizationId" text, "ownerId" text, "workspaceId" text, "minuteMs" float8,
      accepted bigint, denied bigint, "lastAcceptedMs" float8)) as summed`;
}

/** Only moves forward, and only in rows that exist: a late count revives no deleted key. */
async function touchKeys(tx: Transaction, lastUses: readonly LastUse[]): Promise<void> {
  if (lastUses.length === 0) return;
  const ids = texts(lastUses, (use) => use.keyId);
  await tx.execute(sql`
    select 1 from ${apiKey} where ${apiKey.id} = any(${ids})
    order by ${apiKey.id} for no key update`);
  await tx.execute(sql`
    update ${apiKey} set last_used_at = greatest(last_used_at, to_timestamp(last_ms / 1000))
    from unnest(${ids}, ${texts(lastUses, (use) => use.lastAcceptedMs)}::float8[])
      as seen (key_id, last_ms)
    where ${apiKey.id} = seen.key_id`);
}

/** A column as one text, which is the least work to put together and to read: no id holds a space. */
function texts<Row>(rows: readonly Row[], cell: (row: Row) => string | number): SQL {
  return sql`string_to_array(${rows.map(cell).join(' ')}, ' ')`;
}

function lastUsesOf(rows: readonly UsageRow[]): LastUse[] {
  const uses: LastUses = new Map();
  noteLastUses(uses, rows);
  return takeLastUses(uses, uses.size);
}

/** By owner first: their texts are few, and the same object each time. */
function sumsOf(rows: readonly UsageRow[]): Sum[] {
  const sums = new Map<string, Sum[]>();
  for (const row of rows) {
    const { organizationId, ownerId, workspaceId, minuteMs } = row;
    let owners = sums.get(ownerId);
    if (!owners) {
      owners = [];
      sums.set(ownerId, owners);
    }
    let sum = owners.find(
      (each) =>
        each.minuteMs === minuteMs &&
        each.workspaceId === workspaceId &&
        each.organizationId === organizationId,
    );
    if (!sum) {
      sum = {
        organizationId,
        ownerId,
        workspaceId,
        minuteMs,
        accepted: 0,
        denied: 0,
        lastAcceptedMs: 0,
      };
      owners.push(sum);
    }
    sum.accepted += row.accepted;
    sum.denied += row.denied;
    sum.lastAcceptedMs = Math.max(sum.lastAcceptedMs, row.lastAcceptedMs);
  }
  return [...sums.values()].flat();
}
