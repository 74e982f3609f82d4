import type { KeyPropagation } from '@tollkeeper/contract';
import type { CliContext } from '../cli-context.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { hint, printTable } from '../output.ts';
import { relativeTime } from '../text/format.ts';
import type { Column } from '../text/table.ts';
import { STATE_COLORS, stateText } from './print-gateway.ts';

/** Which gateways have applied the last change of a key or of a policy. */
type Propagation = Omit<KeyPropagation, 'keyId'>;
type Row = Propagation['gateways'][number];

const COLUMNS: readonly Column<Row>[] = [
  { title: 'GATEWAY', cell: ({ name }) => name, widthMin: 12 },
  { title: 'STATE', cell: stateText, color: ({ state }) => STATE_COLORS[state] },
  {
    title: 'APPLIED',
    cell: appliedText,
    color: ({ applied }) => (applied ? 'green' : 'yellow'),
  },
  {
    title: 'TOOK',
    cell: ({ tookMs }) => (tookMs === null ? '' : duration(tookMs)),
    align: 'right',
  },
  { title: 'ID', cell: ({ gatewayId }) => gatewayId, optional: true },
];

/** @param what no gateway does, where there is none, such as: decides about this key */
export function printPropagation(ctx: CliContext, propagation: Propagation, what: string): void {
  if (propagation.gateways.length > 0) printTable(ctx, COLUMNS, propagation.gateways);
  hint(ctx, summaryOf(propagation, what, ctx.now()));
}

export function propagationExitCode({ appliedCount, gatewaysCount }: Propagation): ExitCode {
  return appliedCount < gatewaysCount ? EXIT.notApplied : EXIT.ok;
}

function summaryOf(propagation: Propagation, what: string, now: Date): string {
  const { changedAt, appliedCount, gatewaysCount, slowestMs } = propagation;
  if (gatewaysCount === 0) return `No gateway ${what}.`;
  const changed = changedAt === null ? '' : `Changed ${relativeTime(changedAt, now)}. `;
  const slowest = slowestMs === null ? '' : `, the slowest in ${duration(slowestMs)}`;
  return `${changed}Applied on ${appliedCount} of ${gatewaysCount}${slowest}.`;
}

function appliedText({ applied, appliedAt }: Row, now: Date): string {
  if (!applied) return 'not yet';
  return appliedAt === null ? 'yes' : relativeTime(appliedAt, now);
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
