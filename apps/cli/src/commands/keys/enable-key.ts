import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { printJson, printLine } from '../../output.ts';
import { KEY_ARGUMENT, openKey } from './open-key.ts';

export function addEnableKey(keys: Command, cli: Cli): void {
  keys
    .command('enable')
    .description('accept a disabled key again')
    .argument(...KEY_ARGUMENT)
    .option(...JSON_OPTION)
    .action((reference: string, options: JsonOption) => enableKey(cli, reference, options));
}

async function enableKey(cli: Cli, reference: string, { json }: JsonOption): Promise<void> {
  const { client, params } = await openKey(cli, reference);
  const key = await client.enableKey({ params });
  if (json) return printJson(cli.io, key);
  printLine(cli.io, `Enabled "${key.name}" (${key.prefix}…).`);
}
