import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { findRole, findRoleId } from '../../find-role.ts';
import { printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';

interface DeleteOptions extends JsonOption {
  readonly replacement?: string;
}

export function addDeleteRole(roles: Command, cli: Cli): void {
  roles
    .command('delete')
    .description('delete a custom role; one in use needs a replacement')
    .argument('<role>', 'id or name')
    .option('--replacement <role>', 'what its members and invitations get instead: id or name')
    .option('--json', 'print nothing: the API answers a deletion without JSON')
    .action((reference: string, options: DeleteOptions) => deleteRole(cli, reference, options));
}

async function deleteRole(
  { io }: Cli,
  reference: string,
  { replacement, json }: DeleteOptions,
): Promise<void> {
  const { client } = await connect(io);
  const { id, name } = await findRole(client, reference);
  const replacementRoleId = replacement && (await findRoleId(client, replacement));
  await client.deleteRole({
    params: { id },
    query: replacementRoleId ? { replacementRoleId } : {},
  });
  if (!json) printLine(io, `Deleted the role "${name}".`);
}
