import {
  type CallKind,
  type FleetUsageRow,
  SCOPE_NEEDS_MAX,
  SCOPE_NEEDS_PROTOCOL,
  type ShadowDenials,
  type UpwardOf,
} from '@tollkeeper/protocol';
import { addTo, type CallCounts, headOf, isShadow, type Sums } from './sums.ts';

/** What a batch reports. */
export interface Report {
  readonly rows: FleetUsageRow[];
  /** Missing without any. */
  readonly shadow?: ShadowDenials[];
  /** What rows refer to by `needs`; missing without any. */
  readonly scopeNeeds?: string[];
}

export function reportOf(sums: Sums): Report {
  const rows: FleetUsageRow[] = [];
  const shadow: ShadowDenials[] = [];
  const needs = new Map<string, number>();
  for (const [head, sum] of sums) {
    if (isShadow(head)) shadow.push(shadowOf(head, sum));
    else rows.push(rowOf(head, sum, needs));
  }
  return {
    rows,
    ...(shadow.length > 0 ? { shadow } : {}),
    ...(needs.size > 0 ? { scopeNeeds: [...needs.keys()] } : {}),
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

/** The batch as a control plane of that version of the protocol reads it. */
export function usageInVersion(protocol: number, usage: Usage): Usage {
  if (protocol >= SCOPE_NEEDS_PROTOCOL) return usage;
  const { shadow, scopeNeeds: _scopeNeeds, rows, ...batch } = usage;
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
