import { USAGE_PERIODS, type Usage, type UsagePeriod } from '@tollkeeper/contract';
import { type Command, Option } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../cli.ts';
import { findKey } from '../find-key.ts';
import { printFields, printJson } from '../output.ts';
import { connect } from '../session/connect.ts';
import { sparkline } from '../text/sparkline.ts';

interface UsageOptions extends JsonOption {
  readonly period: UsagePeriod;
}

export function addUsage(program: Command, cli: Cli): void {
  program
    .command('usage')
    .description('show the calls of all keys, or of one, over time')
    .argument('[key]', 'id, exact name or visible prefix')
    .addOption(new Option('--period <period>').choices(USAGE_PERIODS).default('24h'))
    .option(...JSON_OPTION)
    .action((key: string | undefined, options: UsageOptions) => usage(cli, key, options));
}

async function usage(
  { io }: Cli,
  reference: string | undefined,
  { period, json }: UsageOptions,
): Promise<void> {
  const { client } = await connect(io);
  const query = { period };
  const counts = reference
    ? await client.getKeyUsage({ params: { id: (await findKey(client, reference)).id }, query })
    : await client.getUsage({ query });
  if (json) return printJson(io, counts);
  printFields(io, [
    ['Period', `the last ${counts.period}, ${counts.bucketSeconds / 60} minutes a bar`],
    ['Accepted', counts.accepted.toLocaleString('en')],
    ['Denied', counts.denied.toLocaleString('en')],
    ['Calls', plot(counts, io.stdout.columns || 120)],
  ]);
}

function plot({ data }: Usage, width: number): string {
  const totals = data.map(({ accepted, denied }) => accepted + denied);
  return sparkline(totals.slice(-Math.max(1, width - 'Accepted  '.length)));
}
