import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { printJson, printLine } from '../../output.ts';
import { KEY_ARGUMENT, openKey } from './open-key.ts';

export function addRenameKey(keys: Command, cli: Cli): void {
  keys
    .command('rename')
    .description('give the key another name')
    .argument(...KEY_ARGUMENT)
    .argument('<name>', 'the new name')
    .option(...JSON_OPTION)
    .action((reference: string, name: string, options: JsonOption) =>
      renameKey(cli, reference, name, options),
    );
}

async function renameKey(
  cli: Cli,
  reference: string,
  name: string,
  { json }: JsonOption,
): Promise<void> {
  const { client, key, params } = await openKey(cli, reference);
  const renamed = await client.updateKey({ params, body: { name } });
  if (json) return printJson(cli.io, renamed);
  printLine(cli.io, `Renamed "${key.name}" to "${renamed.name}".`);
}
