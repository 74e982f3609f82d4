import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { findMemberId } from '../../find-member.ts';
import { findRoleId } from '../../find-role.ts';
import { printJson, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { MEMBER_ARGUMENT } from './member-argument.ts';

export function addChangeRole(members: Command, cli: Cli): void {
  members
    .command('role')
    .description('give the member another role; their keys follow at once')
    .argument(...MEMBER_ARGUMENT)
    .argument('<role>', 'id or name')
    .option(...JSON_OPTION)
    .action((reference: string, role: string, options: JsonOption) =>
      changeRole(cli, reference, role, options),
    );
}

async function changeRole(
  { io }: Cli,
  reference: string,
  role: string,
  { json }: JsonOption,
): Promise<void> {
  const { client } = await connect(io);
  const id = await findMemberId(client, reference);
  const roleId = await findRoleId(client, role);
  const member = await client.updateMember({ params: { id }, body: { roleId } });
  if (json) return printJson(io, member);
  printLine(io, `${member.name} (${member.email}) is now ${member.roleName}.`);
}
