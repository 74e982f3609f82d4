import { addCalls, noCalls } from '@tollkeeper/gateway-core';
import type { Database } from '../db/connect.ts';
import { isDivisionByZero } from '../db/database-errors.ts';
import type { Prepared } from '../db/statement.ts';
import { runAtOnce } from '../db/statement-group.ts';
import { addCallKinds, type CallKinds } from './call-counts.ts';
import { addScopeUses, type ScopeUseRow } from './scope-uses.ts';
import { type LastCall, storeLastCalls, storeLastUses } from './store-last-uses.ts';
import {
  joined,
  type LastUse,
  type LastUses,
  noteLastUses,
  takeLastUses,
  type UsageRow,
} from './usage-row.ts';

interface FurtherUsage {
  /** Last uses of keys: those of the rows unless said otherwise. */
  readonly lastUses?: readonly LastUse[];
  /** Of the same calls, where they are known. */
  readonly kinds?: CallKinds;
  /** What the same calls needed. */
  readonly scopeUses?: readonly ScopeUseRow[];
  /** Adds uses of canary keys, which are no calls. */
  readonly canaryUses?: readonly Prepared[];
  /** Adds networks from which the keys were used. */
  readonly keyNetworks?: readonly Prepared[];
}

/** Adds the rows to the stored counts, once for each (source, sequence) however often called. */
export async function storeUsage(
  db: Database,
  sourceId: string,
  sequence: number,
  rows: readonly UsageRow[],
  further: FurtherUsage = {},
): Promise<void> {
  const { lastUses = lastUsesOf(rows), kinds, scopeUses = [] } = further;
  const { canaryUses = [], keyNetworks = [] } = further;
  const sums = sumsOf(rows);
  const statements = [
    takeSequence(sourceId, sequence),
    ...addKeyUsage(rows),
    ...addSums(sums),
    ...(kinds ? addCallKinds(kinds) : []),
    ...addScopeUses(scopeUses),
    ...canaryUses,
    ...keyNetworks,
  ];
  await runAtOnce(db, statements).catch((error) => {
    if (!isDivisionByZero(error)) throw error;
  });
  // Also of a batch that was stored already: whether these were is not known.
  await storeLastUses(db, lastUses);
  await storeLastCalls(db, lastCallsOf(sums));
}

/**
 * Fails, and with it all that follows, unless the sequence is new: a source sends a batch only when
 * the one before was taken, so that the highest sequence is the last. It may be far behind, or
 * missing, where the database was restored from a backup or the source was silent for a month; what
 * comes then is its next all the same.
 */
function takeSequence(sourceId: string, sequence: number): Prepared {
  return {
    name: 'take-usage-sequence',
    text: `with taken as (
      insert into usage_source as source (id, last_sequence, seen_at) values ($1, $2, now())
      on conflict (id) do update set last_sequence = excluded.last_sequence, seen_at = now()
      where source.last_sequence < excluded.last_sequence
      returning 1
    ) select 1 / count(*) from taken`,
    values: [sourceId, sequence],
  };
}

/**
 * One statement for any number of rows, which go as columns. In one order, like all that follows:
 * two processes that store the same keys must not deadlock.
 */
function addKeyUsage(rows: readonly UsageRow[]): Prepared[] {
  if (rows.length === 0) return [];
  const text = `
    insert into key_usage (organization_id, key_id, minute, accepted, denied)
    select organization_id, key_id, to_timestamp(minute_ms / 1000), accepted, denied
    from unnest(
      string_to_array($1, ' '), string_to_array($2, ' '), string_to_array($3, ' ')::float8[],
      string_to_array($4, ' ')::bigint[], string_to_array($5, ' ')::bigint[]
    ) as counted (organization_id, key_id, minute_ms, accepted, denied)
    order by key_id collate "C", minute_ms
    on conflict (key_id, minute) do update set
      accepted = key_usage.accepted + excluded.accepted,
      denied = key_usage.denied + excluded.denied`;
  const values = [
    joined(rows, (row) => row.organizationId),
    joined(rows, (row) => row.keyId),
    joined(rows, (row) => row.minuteMs),
    joined(rows, (row) => row.accepted),
    joined(rows, (row) => row.denied),
  ];
  return [{ name: 'add-key-usage', text, values }];
}

/** Of all keys of one owner in one workspace, in one minute. */
type Sum = Omit<UsageRow, 'keyId'>;

/** As rows of a query. */
const SUMMED = `(
  select "organizationId" as organization_id, "ownerId" as member_id,
    coalesce("workspaceId", '') as workspace_id, to_timestamp("minuteMs" / 1000) as minute,
    accepted, denied
  from json_to_recordset($1::json) as sum (
    "organizationId" text, "ownerId" text, "workspaceId" text, "minuteMs" float8,
    accepted bigint, denied bigint)) as summed`;

function addSums(sums: readonly Sum[]): Prepared[] {
  if (sums.length === 0) return [];
  const text = `
    insert into organization_usage as stored
      (organization_id, member_id, workspace_id, minute, accepted, denied)
    select organization_id, member_id, workspace_id, minute, accepted, denied from ${SUMMED}
    order by 1, 4, 2, 3
    on conflict (organization_id, minute, member_id, workspace_id) do update set
      accepted = stored.accepted + excluded.accepted,
      denied = stored.denied + excluded.denied`;
  return [{ name: 'add-organization-usage', text, values: [JSON.stringify(sums)] }];
}

function lastCallsOf(sums: readonly Sum[]): LastCall[] {
  const calls = new Map<string, LastCall>();
  for (const sum of sums) {
    const name = `${sum.organizationId} ${sum.ownerId} ${sum.workspaceId}`;
    if (sum.lastAcceptedMs > (calls.get(name)?.lastAcceptedMs ?? 0)) calls.set(name, sum);
  }
  return [...calls.values()];
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
        ...noCalls(),
      };
      owners.push(sum);
    }
    addCalls(sum, row);
  }
  return [...sums.values()].flat();
}
