import type { Cascade } from '@tollkeeper/contract';
import { given } from '../../command/option.ts';
import { optionalArgument, verb } from '../../command/verb.ts';
import { asTable } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { relativeTime } from '../../text/format.ts';
import type { Column } from '../../text/table.ts';
import { findKeyId } from './open-key.ts';

const COLUMNS: readonly Column<Cascade>[] = [
  { title: 'KEY', cell: keysText, widthMin: 12 },
  { title: 'STARTED', cell: ({ startedAt }, now) => relativeTime(startedAt, now) },
  { title: 'BY', cell: ({ startedBy }) => startedBy.name, widthMin: 8 },
  { title: 'ENDED', cell: ({ endedCount }) => String(endedCount), align: 'right' },
  {
    title: 'STATE',
    cell: ({ stuckAt }) => (stuckAt === null ? '● running' : '● stuck'),
    color: ({ stuckAt }) => (stuckAt === null ? 'yellow' : 'red'),
  },
  { title: 'REQUEST', cell: ({ requestId }) => requestId, optional: true },
];

export const listCascades = verb({
  name: 'cascades',
  summary: 'List revocations with --cascade that are still ending what the keys created',
  notes:
    'ENDED counts what has ended so far besides the keys themselves. A stuck one is tried again within an hour; the log of the server says why.',
  examples: ['keys cascades', 'keys cascades ci-pipeline'],
  args: [optionalArgument('key', 'Only those that began with this key')],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    const keyId = reference === undefined ? undefined : await findKeyId(client, reference);
    return client.listCascades({ query: given({ keyId }) });
  },
  print: asTable(COLUMNS, { empty: 'No revocation is under way.' }),
});

function keysText({ keys: [first], keysCount }: Cascade): string {
  const name = first?.name ?? '';
  return keysCount > 1 ? `${name} and ${keysCount - 1} more` : name;
}
