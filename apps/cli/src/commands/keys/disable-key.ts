import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { printJson, printLine } from '../../output.ts';
import { KEY_ARGUMENT, openKey } from './open-key.ts';

export function addDisableKey(keys: Command, cli: Cli): void {
  keys
    .command('disable')
    .description('refuse every request with the key until it is enabled again')
    .argument(...KEY_ARGUMENT)
    .option(...JSON_OPTION)
    .action((reference: string, options: JsonOption) => disableKey(cli, reference, options));
}

async function disableKey(cli: Cli, reference: string, { json }: JsonOption): Promise<void> {
  const { client, params } = await openKey(cli, reference);
  const key = await client.disableKey({ params });
  if (json) return printJson(cli.io, key);
  printLine(cli.io, `Disabled "${key.name}" (${key.prefix}…). "tollkeeper keys enable" undoes it.`);
}
