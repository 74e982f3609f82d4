import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { findMemberId } from '../../find-member.ts';
import { printJson, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { MEMBER_ARGUMENT } from './member-argument.ts';

export function addSuspendMember(members: Command, cli: Cli): void {
  members
    .command('suspend')
    .description('refuse the sessions and keys of the member until they are reinstated')
    .argument(...MEMBER_ARGUMENT)
    .option(...JSON_OPTION)
    .action((reference: string, options: JsonOption) => suspendMember(cli, reference, options));
}

async function suspendMember({ io }: Cli, reference: string, { json }: JsonOption): Promise<void> {
  const { client } = await connect(io);
  const id = await findMemberId(client, reference);
  const member = await client.suspendMember({ params: { id } });
  if (json) return printJson(io, member);
  const undo = '"tollkeeper members reinstate" undoes it.';
  printLine(io, `Suspended ${member.name} (${member.email}). ${undo}`);
}
