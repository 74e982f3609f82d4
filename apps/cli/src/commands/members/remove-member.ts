import type { Member } from '@tollkeeper/contract';
import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { confirm, requireYesOrTerminal, type YesOption } from '../../confirm.ts';
import { findMember } from '../../find-member.ts';
import { printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { MEMBER_ARGUMENT } from './member-argument.ts';

interface RemoveOptions extends JsonOption, YesOption {
  readonly handOverTo?: string;
}

export function addRemoveMember(members: Command, cli: Cli): void {
  members
    .command('remove')
    .description('remove the member; their keys are revoked, or handed over to another member')
    .argument(...MEMBER_ARGUMENT)
    .option(
      '--hand-over-to <member>',
      'the member who receives the keys; the role of that member then limits them',
    )
    .option('--yes', 'do not ask for the email')
    .option('--json', 'print nothing: the API answers a removal without JSON')
    .action((reference: string, options: RemoveOptions) => removeMember(cli, reference, options));
}

async function removeMember(
  { io }: Cli,
  reference: string,
  { handOverTo, yes, json }: RemoveOptions,
): Promise<void> {
  const { client } = await connect(io);
  const member = await findMember(client, reference);
  const heir = handOverTo === undefined ? undefined : await findMember(client, handOverTo);
  requireYesOrTerminal(io, yes);
  const fate = heir ? `handed to ${heir.name} (${heir.email})` : 'revoked for good';
  if (!yes) {
    const what = `This removes ${member.name}; ${keysOf(member)} will be ${fate}.`;
    await confirm(io, { what, ask: `"${member.email}"`, answer: member.email });
  }
  await client.removeMember({
    params: { id: member.id },
    query: heir ? { handOverTo: heir.id } : {},
  });
  if (!json) printLine(io, `Removed ${member.name} (${member.email}); ${keysOf(member)}: ${fate}.`);
}

function keysOf({ keysCount }: Member): string {
  return keysCount === 1 ? 'their 1 key' : `their ${keysCount} keys`;
}
