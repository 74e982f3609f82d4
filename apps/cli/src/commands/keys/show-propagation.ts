import type { KeyPropagation } from '@tollkeeper/contract';
import { verb } from '../../command/verb.ts';
import { EXIT } from '../../failure.ts';
import { hint, printTable } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { relativeTime } from '../../text/format.ts';
import type { Column } from '../../text/table.ts';
import { STATE_COLORS, stateText } from '../print-gateway.ts';
import { findKeyId, KEY } from './open-key.ts';

type Row = KeyPropagation['gateways'][number];

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

export const showPropagation = verb({
  name: 'propagation',
  summary:
    'Show which gateways have applied the last change of a key; exits with 11 until all have',
  notes: 'Give the id of a key to see the propagation of its deletion.',
  examples: ['keys propagation ci-pipeline'],
  args: [KEY],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    const id = await findKeyId(client, reference);
    return client.getKeyPropagation({ params: { id } });
  },
  print: (ctx, propagation) => {
    if (propagation.gateways.length > 0) printTable(ctx, COLUMNS, propagation.gateways);
    hint(ctx, summaryOf(propagation, ctx.now()));
  },
  exitCode: ({ appliedCount, gatewaysCount }) =>
    appliedCount < gatewaysCount ? EXIT.notApplied : EXIT.ok,
});

function summaryOf(propagation: KeyPropagation, now: Date): string {
  const { changedAt, appliedCount, gatewaysCount, slowestMs } = propagation;
  if (gatewaysCount === 0) return 'No gateway decides about this key.';
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
