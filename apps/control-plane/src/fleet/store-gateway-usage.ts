import { addCalls } from '@tollkeeper/gateway-core';
import {
  type FleetUsageRow,
  formatScopeNeeds,
  parseScopeNeeds,
  type ShadowDenials,
  UNKNOWN_NEEDS,
  type UpwardOf,
} from '@tollkeeper/protocol';
import { and, eq, sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database } from '../db/connect.ts';
import { apiKey, member } from '../db/schema/index.ts';
import { addCanaryUses } from '../usage/add-canary-uses.ts';
import { addKeyNetworks } from '../usage/add-key-networks.ts';
import type { CallCountRow, ShadowDenialRow } from '../usage/call-counts.ts';
import type { ScopeUseRow } from '../usage/scope-uses.ts';
import { storeUsage } from '../usage/store-usage.ts';
import type { UsageRow } from '../usage/usage-row.ts';
import type { GatewayFacts } from './find-gateways.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** No gateway decides so many calls in a minute; sums of more would overflow for everybody. */
const CALLS_PER_MINUTE_MAX = 1_000_000_000;
/** How many ids the log names. */
const NAMED_MAX = 5;

/**
 * Stores what a gateway counted. It speaks for its workspace only: what names a key, a member or a
 * workspace of others is dropped, and no call lies in the future.
 */
export async function storeGatewayUsage(
  db: Database,
  gateway: GatewayFacts,
  usage: UpwardOf<'usage'>,
  nowMs: number,
  log: Logger,
): Promise<void> {
  const { spoolId, sequence, rows, shadow = [], scopeNeeds = [], canaries = [] } = usage;
  const own = await keepOwn(db, gateway, rows);
  if (own.length < rows.length) {
    const kept = new Set(own.map((row) => row.keyId));
    const others = rows.map((row) => row.keyId).filter((id) => !kept.has(id));
    const keyIds = [...new Set(others)].slice(0, NAMED_MAX);
    log.warn(
      { gatewayId: gateway.id, dropped: rows.length - own.length, keyIds },
      'gateway reported calls of another workspace; not counted',
    );
  }
  const counted = own.map((row) => toCount(gateway, row, nowMs));
  const kinds = { ...kindsOf(gateway, own, nowMs), shadow: shadowOf(shadow, nowMs) };
  const scopeUses = scopeUsesOf(gateway, own, scopeNeeds, nowMs);
  const uses = canaries.filter(({ count }) => count <= CALLS_PER_MINUTE_MAX);
  const canaryUses = addCanaryUses(placeOf(gateway), uses, nowMs);
  const keyNetworks = addKeyNetworks(gateway, usage.networks ?? [], nowMs);
  const further = { kinds, scopeUses, canaryUses, keyNetworks };
  const source = `${gateway.id}:${spoolId}`;
  await storeUsage(db, source, sequence, summed(counted), further);
}

function placeOf({ id: gatewayId, organizationId, workspaceId }: GatewayFacts) {
  return { gatewayId, organizationId, workspaceId };
}

/** The rows that the gateway may report, with the workspace that the key is confined to. */
async function keepOwn(
  db: Database,
  { organizationId, workspaceId }: GatewayFacts,
  rows: readonly FleetUsageRow[],
): Promise<FleetUsageRow[]> {
  const [keys, members] = await Promise.all([
    db
      .select({
        id: apiKey.id,
        organizationId: apiKey.organizationId,
        workspaceId: apiKey.workspaceId,
      })
      .from(apiKey)
      .where(sql`${apiKey.id} = any(${sql.param(unique(rows.map((row) => row.keyId)))}::text[])`),
    db
      .select({ id: member.id })
      .from(member)
      .where(
        and(
          eq(member.organizationId, organizationId),
          sql`${member.id} = any(${sql.param(unique(rows.map((row) => row.ownerId)))}::text[])`,
        ),
      ),
  ]);
  const keyOf = new Map(keys.map((key) => [key.id, key]));
  const memberIds = new Set(members.map(({ id }) => id));
  return rows.flatMap((row) => {
    const key = keyOf.get(row.keyId) ?? { organizationId, workspaceId: row.workspaceId };
    const isOwn =
      key.organizationId === organizationId &&
      (key.workspaceId === null || key.workspaceId === workspaceId) &&
      memberIds.has(row.ownerId) &&
      row.accepted + row.denied <= CALLS_PER_MINUTE_MAX;
    return isOwn ? [{ ...row, workspaceId: key.workspaceId }] : [];
  });
}

function toCount({ organizationId }: GatewayFacts, row: FleetUsageRow, nowMs: number): UsageRow {
  const minuteMs = Math.min(row.minuteMs, nowMs);
  return {
    organizationId,
    keyId: row.keyId,
    ownerId: row.ownerId,
    workspaceId: row.workspaceId,
    minuteMs: minuteMs - (minuteMs % MINUTE_MS),
    accepted: row.accepted,
    denied: row.denied,
    lastAcceptedMs: row.accepted > 0 ? Math.min(row.lastAcceptedMs, nowMs) : 0,
  };
}

/** Hours that nobody is shown any more are left out: a gateway may report what it counted days ago. */
function kindsOf(gateway: GatewayFacts, rows: readonly FleetUsageRow[], nowMs: number) {
  const { id: gatewayId, organizationId, workspaceId } = gateway;
  const rest = { gatewayId: '', route: '', method: '' };
  const calls = rows.flatMap(({ keyId, minuteMs, kind, accepted, denied }): CallCountRow[] => {
    const hourMs = hourOf(minuteMs, nowMs);
    if (hourMs === undefined) return [];
    const { code, ...called } = kind ? { gatewayId, ...kind } : { ...rest, code: '' };
    const refused = code === 'valid' ? '' : code;
    return [
      { hourMs, keyId, ...called, code: 'valid', calls: accepted },
      { hourMs, keyId, ...(refused === '' ? rest : called), code: refused, calls: denied },
    ].filter((each) => each.calls > 0);
  });
  return { organizationId, workspaceId, calls };
}

/** What a gateway does not say, or not in a form that is known, is unknown. */
function scopeUsesOf(
  { organizationId }: GatewayFacts,
  rows: readonly FleetUsageRow[],
  scopeNeeds: readonly string[],
  nowMs: number,
): ScopeUseRow[] {
  const texts = scopeNeeds.map((text) => formatScopeNeeds(parseScopeNeeds(text)));
  return rows.flatMap(({ keyId, minuteMs, needs: at, accepted: calls }) => {
    const needs = (at === undefined ? undefined : texts[at]) ?? UNKNOWN_NEEDS;
    return calls === 0
      ? []
      : [{ organizationId, keyId, minuteMs: Math.min(minuteMs, nowMs), needs, calls }];
  });
}

function shadowOf(shadow: readonly ShadowDenials[], nowMs: number): ShadowDenialRow[] {
  return shadow.flatMap(({ policyId, minuteMs, denied }) => {
    const hourMs = hourOf(minuteMs, nowMs);
    const isKept = hourMs !== undefined && denied <= CALLS_PER_MINUTE_MAX;
    return isKept ? [{ policyId, hourMs, denied }] : [];
  });
}

/** Undefined where it is over a day ago. */
function hourOf(minuteMs: number, nowMs: number): number | undefined {
  const atMs = Math.min(minuteMs, nowMs);
  return atMs < nowMs - DAY_MS ? undefined : atMs - (atMs % HOUR_MS);
}

/** One row for each key and minute, as the counts are stored. */
function summed(rows: readonly UsageRow[]): UsageRow[] {
  const sums = new Map<string, UsageRow>();
  for (const row of rows) {
    const name = `${row.keyId} ${row.minuteMs}`;
    const sum = sums.get(name);
    if (!sum) {
      sums.set(name, row);
      continue;
    }
    addCalls(sum, row);
  }
  return [...sums.values()];
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}
