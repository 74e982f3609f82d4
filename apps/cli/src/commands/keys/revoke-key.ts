import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { printJson, printLine } from '../../output.ts';
import { KEY_ARGUMENT, openKey } from './open-key.ts';

interface RevokeOptions extends JsonOption {
  readonly reason?: string;
}

export function addRevokeKey(keys: Command, cli: Cli): void {
  keys
    .command('revoke')
    .description('refuse the key for good and keep its record')
    .argument(...KEY_ARGUMENT)
    .option('--reason <text>', 'kept with the record and in the audit log')
    .option(...JSON_OPTION)
    .action((reference: string, options: RevokeOptions) => revokeKey(cli, reference, options));
}

async function revokeKey(cli: Cli, reference: string, options: RevokeOptions): Promise<void> {
  const { client, params } = await openKey(cli, reference);
  const { reason } = options;
  const body = reason === undefined ? {} : { reason };
  const key = await client.revokeKey({ params, body });
  if (options.json) return printJson(cli.io, key);
  printLine(cli.io, `Revoked "${key.name}" (${key.prefix}…) for good.`);
}
