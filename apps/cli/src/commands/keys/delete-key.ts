import type { ApiKey } from '@tollkeeper/contract';
import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import { printLine } from '../../output.ts';
import { ask } from '../../prompt.ts';
import type { Surroundings } from '../../surroundings.ts';
import { KEY_ARGUMENT, openKey } from './open-key.ts';

interface DeleteOptions extends JsonOption {
  readonly yes?: true;
}

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
  if (!yes && !io.stdin.isTTY) {
    const text = 'Deleting cannot be undone, and there is no terminal to ask on. Give --yes.';
    throw new Failure(EXIT.usage, text);
  }
  const { client, key, params } = await openKey(cli, reference);
  if (!yes) await confirm(io, key);
  await client.deleteKey({ params });
  if (!json) printLine(io, `Deleted "${key.name}" (${key.prefix}…).`);
}

async function confirm(io: Surroundings, { name, prefix }: ApiKey): Promise<void> {
  const question = `This removes "${name}" (${prefix}…) for good. Type its name to go on: `;
  if ((await ask(io, question)) === name) return;
  throw new Failure(EXIT.usage, 'That is not its name. Nothing was deleted.');
}
