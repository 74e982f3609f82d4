import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { confirm, requireYesOrTerminal, type YesOption } from '../../confirm.ts';
import { printLine } from '../../output.ts';
import { KEY_ARGUMENT, openKey } from './open-key.ts';

interface DeleteOptions extends JsonOption, YesOption {}

export function addDeleteKey(keys: Command, cli: Cli): void {
  keys
    .command('delete')
    .description('remove the key and its record; only the audit log and the counts remember it')
    .argument(...KEY_ARGUMENT)
    .option('--yes', 'do not ask for the name')
    .option('--json', 'print nothing: the API answers a deletion without JSON')
    .action((reference: string, options: DeleteOptions) => deleteKey(cli, reference, options));
}

async function deleteKey(cli: Cli, reference: string, { yes, json }: DeleteOptions): Promise<void> {
  const { io } = cli;
  requireYesOrTerminal(io, yes);
  const { client, key, params } = await openKey(cli, reference);
  const what = `This removes "${key.name}" (${key.prefix}…) for good.`;
  if (!yes) await confirm(io, { what, ask: 'its name', answer: key.name });
  await client.deleteKey({ params });
  if (!json) printLine(io, `Deleted "${key.name}" (${key.prefix}…).`);
}
