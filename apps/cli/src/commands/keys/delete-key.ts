import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { confirm, requireYesOrTerminal, type YesOption } from '../../confirm.ts';
import { printLine } from '../../output.ts';
import { CASCADE_OPTION, createdByKey } from './created-by-key.ts';
import { KEY_ARGUMENT, openKey } from './open-key.ts';

interface DeleteOptions extends JsonOption, YesOption {
  readonly cascade?: true;
}

export function addDeleteKey(keys: Command, cli: Cli): void {
  keys
    .command('delete')
    .description('remove the key and its record; only the audit log and the counts remember it')
    .argument(...KEY_ARGUMENT)
    .option(...CASCADE_OPTION)
    .option('--yes', 'do not ask for the name')
    .option('--json', 'print nothing: the API answers a deletion without JSON')
    .action((reference: string, options: DeleteOptions) => deleteKey(cli, reference, options));
}

async function deleteKey(cli: Cli, reference: string, options: DeleteOptions): Promise<void> {
  const { io } = cli;
  const { cascade = false, yes, json } = options;
  requireYesOrTerminal(io, yes);
  const { client, key, params } = await openKey(cli, reference);
  if (!yes) {
    const created = await createdByKey(client, key, cascade);
    const what = `"${key.name}" (${key.prefix}…) and its record go for good. ${created}`;
    await confirm(io, { what, ask: 'its name', answer: key.name });
  }
  await client.deleteKey({ params, query: { cascade: cascade ? 'true' : 'false' } });
  if (json) return;
  const also = cascade ? ', and revoked everything it created or rotated' : '';
  printLine(io, `Deleted "${key.name}" (${key.prefix}…)${also}.`);
}
