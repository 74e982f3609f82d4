import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { requireYesOrTerminal, type YesOption } from '../../confirm.ts';
import { CHANGE_JSON_OPTION, changeKeys } from './change-keys.ts';
import { confirmEnd } from './confirm-end.ts';
import { CASCADE_OPTION, findKeptMembers, KEEP_MEMBER_OPTION } from './created-by-key.ts';
import { KEYS_ARGUMENT, openKeys } from './open-keys.ts';

interface RevokeOptions extends JsonOption, YesOption {
  readonly reason?: string;
  readonly cascade?: true;
  readonly keepMember?: string[];
}

export function addRevokeKey(keys: Command, cli: Cli): void {
  keys
    .command('revoke')
    .description('refuse the keys for good and keep their records')
    .argument(...KEYS_ARGUMENT)
    .option('--reason <text>', 'stored with the record and in the audit log')
    .option(...CASCADE_OPTION)
    .option(...KEEP_MEMBER_OPTION)
    .option('--yes', 'do not ask for confirmation')
    .option(...CHANGE_JSON_OPTION)
    .action((references: string[], options: RevokeOptions) => revokeKey(cli, references, options));
}

async function revokeKey(cli: Cli, references: string[], options: RevokeOptions): Promise<void> {
  const { reason, cascade = false, yes } = options;
  const { client, keys } = await openKeys(cli, references);
  const keepMembers = await findKeptMembers(client, options.keepMember);
  requireYesOrTerminal(cli.io, yes);
  if (!yes) {
    await confirmEnd(cli.io, client, keys, {
      cascade,
      keepMembers,
      loss: 'stops working for good',
    });
  }
  const body = {
    cascade,
    ...(keepMembers === undefined ? {} : { keepMembers }),
    ...(reason === undefined ? {} : { reason }),
  };
  const change = {
    done: 'Revoked',
    suffix: cascade ? ' for good, and everything it created or rotated' : ' for good',
    changeOne: (id: string) => client.revokeKey({ params: { id }, body }),
    changeMany: (ids: string[]) => client.revokeKeys({ body: { ids, ...body } }),
  };
  await changeKeys(cli, keys, change, options);
}
