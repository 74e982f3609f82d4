import type { Labels } from '@tollkeeper/contract';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { printJson, printLine } from '../../output.ts';
import { formatLabels, parseLabels } from '../../text/labels.ts';
import { GATEWAY_ARGUMENT, openGateway } from './open-gateway.ts';

export function addLabelGateway(gateways: Command, cli: Cli): void {
  gateways
    .command('label')
    .description('set labels such as region=eu-1, or remove them with region-')
    .argument(...GATEWAY_ARGUMENT)
    .argument('<label...>', 'name=value sets one, name- takes it off; the others stay')
    .option(...JSON_OPTION)
    .action((reference: string, labels: string[], options: JsonOption) =>
      labelGateway(cli, reference, labels, options),
    );
}

async function labelGateway(
  cli: Cli,
  reference: string,
  texts: readonly string[],
  { json }: JsonOption,
): Promise<void> {
  const isRemoval = (text: string) => !text.includes('=') && text.endsWith('-');
  const removed = texts.filter(isRemoval).map((text) => text.slice(0, -1));
  const set = parseLabels(texts.filter((text) => !isRemoval(text)));
  const { client, gateway, params } = await openGateway(cli, reference);
  const labels = without({ ...gateway.labels, ...set }, removed);
  const labelled = await client.updateGateway({ params, body: { labels } });
  if (json) return printJson(cli.io, labelled);
  printLine(cli.io, `Labels of "${labelled.name}": ${formatLabels(labelled.labels) || 'none'}.`);
}

function without(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));
}
