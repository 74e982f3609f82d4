import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { confirm, requireYesOrTerminal, type YesOption } from '../../confirm.ts';
import { printJson, printLine } from '../../output.ts';
import { CASCADE_OPTION, createdByKey } from './created-by-key.ts';
import { KEY_ARGUMENT, openKey } from './open-key.ts';

interface RevokeOptions extends JsonOption, YesOption {
  readonly reason?: string;
  readonly cascade?: true;
}

export function addRevokeKey(keys: Command, cli: Cli): void {
  keys
    .command('revoke')
    .description('refuse the key for good and keep its record')
    .argument(...KEY_ARGUMENT)
    .option('--reason <text>', 'kept with the record and in the audit log')
    .option(...CASCADE_OPTION)
    .option('--yes', 'do not ask for the name')
    .option(...JSON_OPTION)
    .action((reference: string, options: RevokeOptions) => revokeKey(cli, reference, options));
}

async function revokeKey(cli: Cli, reference: string, options: RevokeOptions): Promise<void> {
  const { io } = cli;
  const { reason, cascade = false, yes, json } = options;
  requireYesOrTerminal(io, yes);
  const { client, key, params } = await openKey(cli, reference);
  if (!yes) {
    const created = await createdByKey(client, key, cascade);
    const what = `"${key.name}" (${key.prefix}…) ends for good. ${created}`;
    await confirm(io, { what, ask: 'its name', answer: key.name });
  }
  const body = { cascade, ...(reason === undefined ? {} : { reason }) };
  const revoked = await client.revokeKey({ params, body });
  if (json) return printJson(io, revoked);
  const also = cascade ? ', and everything it created or rotated' : '';
  printLine(io, `Revoked "${revoked.name}" (${revoked.prefix}…) for good${also}.`);
}
