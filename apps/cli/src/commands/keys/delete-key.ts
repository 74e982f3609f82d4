import type { ApiKey, RouteOutput, Routes } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { requireYesOrTerminal, type YesOption } from '../../confirm.ts';
import { changeKeys } from './change-keys.ts';
import { confirmEnd } from './confirm-end.ts';
import {
  CASCADE_OPTION,
  findKeptMembers,
  KEEP_MEMBER_OPTION,
  keptMembersText,
} from './created-by-key.ts';
import { KEYS_ARGUMENT, openKeys } from './open-keys.ts';

type Results = RouteOutput<Routes['revokeKeys']>['results'];

interface DeleteOptions extends JsonOption, YesOption {
  readonly cascade?: true;
  readonly keepMember?: string[];
}

export function addDeleteKey(keys: Command, cli: Cli): void {
  keys
    .command('delete')
    .description(
      'remove the keys and their records; only the audit log and the counts keep a trace',
    )
    .argument(...KEYS_ARGUMENT)
    .option(...CASCADE_OPTION)
    .option(...KEEP_MEMBER_OPTION)
    .option('--yes', 'do not ask for confirmation')
    .option(
      '--json',
      'print nothing for one key, which the API answers without JSON; for several keys, a result for each',
    )
    .action((references: string[], options: DeleteOptions) => deleteKey(cli, references, options));
}

async function deleteKey(cli: Cli, references: string[], options: DeleteOptions): Promise<void> {
  const { cascade = false, yes } = options;
  const { client, keys } = await openKeys(cli, references);
  const keepMembers = await findKeptMembers(client, options.keepMember);
  requireYesOrTerminal(cli.io, yes);
  if (!yes) {
    await confirmEnd(cli.io, client, keys, {
      cascade,
      keepMembers,
      loss: 'is deleted for good, with its record',
    });
  }
  const query = {
    cascade: cascade ? ('true' as const) : ('false' as const),
    ...keptMembersText(keepMembers),
  };
  const deleteOne = async (id: string): Promise<ApiKey | undefined> => {
    await client.deleteKey({ params: { id }, query });
    return undefined;
  };
  const change = {
    done: 'Deleted',
    suffix: cascade ? ', and revoked everything it created or rotated' : '',
    changeOne: deleteOne,
    changeMany: async ([id = '']: string[]) => ({ results: await resultOf(id, deleteOne) }),
    atOnceMax: 1,
  };
  await changeKeys(cli, keys, change, options);
}

/** The API deletes one at a time; a refusal becomes a result as those of several are. */
async function resultOf(id: string, deleteOne: (id: string) => Promise<unknown>): Promise<Results> {
  try {
    await deleteOne(id);
    return [{ id, error: null }];
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 'unavailable') throw error;
    const { code, detail, scopes } = error.problem;
    return [{ id, error: { code, detail, ...(scopes && { scopes }) } }];
  }
}
