import { USAGE_PERIODS, type Usage } from '@tollkeeper/contract';
import { choice, withDefault } from '../command/option.ts';
import { optionalArgument, verb } from '../command/verb.ts';
import { printFields } from '../output.ts';
import { connect } from '../session/connect.ts';
import { findKey } from './keys/open-key.ts';

const BARS = '▁▂▃▄▅▆▇█';

export const usage = verb({
  name: 'usage',
  summary: 'Show the calls of all keys, or of one, over time',
  examples: ['usage --period 7d', 'usage ci-pipeline'],
  args: [optionalArgument('key', 'Id, exact name or visible prefix')],
  options: {
    period: withDefault(choice('period', USAGE_PERIODS, 'Time up to now'), '24h'),
  },
  run: async ({ ctx, args: [reference], options: { period } }) => {
    const { client } = await connect(ctx);
    const query = { period };
    if (!reference) return client.getUsage({ query });
    const { id } = await findKey(client, reference);
    return client.getKeyUsage({ params: { id }, query });
  },
  print: (ctx, counts) =>
    printFields(ctx, [
      ['Period', `the last ${counts.period}, ${counts.bucketSeconds / 60} minutes a bar`],
      ['Accepted', counts.accepted.toLocaleString('en')],
      ['Denied', counts.denied.toLocaleString('en')],
      ['Calls', plot(counts, ctx.stdout.columns || 120)],
    ]),
});

function plot({ data }: Usage, width: number): string {
  const totals = data.map(({ accepted, denied }) => accepted + denied);
  return sparkline(totals.slice(-Math.max(1, width - 'Accepted  '.length)));
}

/** One bar for each count, the highest as tall as a line; a count of 0 is a dot on the ground. */
export function sparkline(counts: readonly number[]): string {
  const highest = Math.max(1, ...counts);
  return counts
    .map((count) => (count === 0 ? '·' : BARS[Math.ceil((count / highest) * BARS.length) - 1]))
    .join('');
}
