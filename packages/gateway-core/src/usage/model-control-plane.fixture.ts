/** What the spool is measured against: it takes each batch once, and insists on the protocol. */
import { type FleetUsageRow, UPWARD_BYTES_MAX, upward } from '@tollkeeper/protocol';
import type { UsageBatch } from './index.ts';
import { addTo, headOf, noCalls, type Sums, shadowHeadOf } from './sums.ts';

export interface ModelControlPlane {
  /** @throws when a sequence is left out, or a batch sent again is not what it was */
  take(batch: UsageBatch): void;
  /** What it counted. */
  readonly sums: Sums;
}

export function createModel(): ModelControlPlane {
  const taken = new Map<string, string[]>();
  const sums: Sums = new Map();
  return {
    take(batch) {
      const text = JSON.stringify({ type: 'usage', ...batch });
      if (text.length > UPWARD_BYTES_MAX) throw new Error(`A message of ${text.length} bytes`);
      upward.parse(JSON.parse(text));
      const before = taken.get(batch.spoolId) ?? [];
      taken.set(batch.spoolId, before);
      if (batch.sequence > before.length + 1) throw new Error(`A gap before ${batch.sequence}`);
      if (batch.sequence <= before.length) {
        if (before[batch.sequence - 1] !== text) throw new Error(`Another ${batch.sequence}`);
        return;
      }
      before.push(text);
      for (const row of batch.rows) addTo(sums, headOfRow(row, batch.scopeNeeds), row);
      for (const { policyId, minuteMs, denied } of batch.shadow ?? []) {
        addTo(sums, shadowHeadOf(policyId, minuteMs), { ...noCalls(), denied });
      }
    },
    sums,
  };
}

function headOfRow(row: FleetUsageRow, scopeNeeds: readonly string[] = []): string {
  const { kind, minuteMs } = row;
  const needs = row.needs === undefined ? undefined : scopeNeeds[row.needs];
  const known = kind ?? ({ code: 'valid', method: '', route: '' } as const);
  return headOf(row, minuteMs, { ...known, routePath: known.route, refusedBy: [], needs });
}
