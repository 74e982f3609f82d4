import {
  CANARY_PROTOCOL,
  type CallKind,
  type CanaryUse,
  type FleetUsageRow,
  KEY_NETWORKS_MAX,
  type KeyNetwork,
  SCOPE_NEEDS_MAX,
  SCOPE_NEEDS_PROTOCOL,
  type ShadowDenials,
  type UpwardOf,
} from '@tollkeeper/protocol';
import { canaryUseOf, isCanary } from './canary-heads.ts';
import { isNetwork, keyNetworkOf } from './network-notes.ts';
import { addTo, type CallCounts, headOf, isCall, type Sums } from './sums.ts';

/** What a batch reports. */
export interface Report {
  readonly rows: FleetUsageRow[];
  /** Missing without any. */
  readonly shadow?: ShadowDenials[];
  /** What rows refer to by `needs`; missing without any. */
  readonly scopeNeeds?: string[];
  /** Missing without any. */
  readonly canaries?: CanaryUse[];
  /** Missing without any; a note beyond so many is made again by another run. */
  readonly networks?: KeyNetwork[];
}

export function reportOf(sums: Sums): Report {
  const rows: FleetUsageRow[] = [];
  const shadow: ShadowDenials[] = [];
  const canaries: CanaryUse[] = [];
  const networks: KeyNetwork[] = [];
  const needs = new Map<string, number>();
  for (const [head, sum] of sums) {
    if (isCall(head)) rows.push(rowOf(head, sum, needs));
    else if (isCanary(head)) canaries.push(canaryUseOf(head, sum));
    else if (isNetwork(head)) networks.push(keyNetworkOf(head));
    else shadow.push(shadowOf(head, sum));
  }
  return {
    rows,
    ...(shadow.length > 0 ? { shadow } : {}),
    ...(needs.size > 0 ? { scopeNeeds: [...needs.keys()] } : {}),
    ...(canaries.length > 0 ? { canaries } : {}),
    ...(networks.length > 0 ? { networks: networks.slice(0, KEY_NETWORKS_MAX) } : {}),
  };
}

function shadowOf(head: string, { denied }: CallCounts): ShadowDenials {
  const [policyId = '', minute] = head.split(' ');
  return { policyId, minuteMs: Number(minute), denied };
}

/** @param known texts of needs by their index; a row with a new one adds it, as long as there is room */
function rowOf(head: string, sum: CallCounts, known: Map<string, number>): FleetUsageRow {
  const [keyId = '', ownerId = '', workspace = '', minute, ...rest] = head.split(' ');
  const workspaceId = workspace === '-' ? null : workspace;
  const needs = rest[0]?.startsWith('=') ? rest.shift()?.slice(1) : undefined;
  const [code, method, route] = rest;
  const row = { keyId, ownerId, workspaceId, minuteMs: Number(minute), ...sum };
  return {
    ...row,
    // A line of the spool, or made by `headOf`: nothing else has a kind.
    ...(code === undefined
      ? {}
      : { kind: { code, method, route: route === '-' ? '' : route } as CallKind }),
    ...(needs === undefined ? {} : indexOf(needs, known)),
  };
}

function indexOf(needs: string, known: Map<string, number>): { needs?: number } {
  const index = known.get(needs) ?? known.size;
  if (index >= SCOPE_NEEDS_MAX) return {};
  known.set(needs, index);
  return { needs: index };
}

type Usage = UpwardOf<'usage'>;

/**
 * The batch as a control plane of that version of the protocol reads it.
 * @returns undefined for one with uses of canary keys, where they would be lost: the batch waits
 */
export function usageInVersion(protocol: number, usage: Usage): Usage | undefined {
  if (usage.canaries && protocol < CANARY_PROTOCOL) return undefined;
  if (protocol >= SCOPE_NEEDS_PROTOCOL) return usage;
  const { shadow, scopeNeeds: _scopeNeeds, networks: _networks, rows, ...batch } = usage;
  // Version 3 knows neither kinds of calls nor what shadow policies would have refused.
  const isOldest = protocol < 4;
  return {
    ...batch,
    rows: summedRows(rows, isOldest),
    ...(shadow && !isOldest ? { shadow } : {}),
  };
}

/** One row for all that differs in what calls needed, and perhaps in their kind. */
function summedRows(rows: readonly FleetUsageRow[], withoutKinds: boolean): FleetUsageRow[] {
  const sums: Sums = new Map();
  for (const row of rows) {
    const { kind } = row;
    const call =
      kind && !withoutKinds ? { ...kind, routePath: kind.route, refusedBy: [] } : undefined;
    addTo(sums, headOf(row, row.minuteMs, call), row);
  }
  return reportOf(sums).rows;
}
