import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { findMemberId } from '../../find-member.ts';
import { printJson, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { MEMBER_ARGUMENT } from './member-argument.ts';

export function addReinstateMember(members: Command, cli: Cli): void {
  members
    .command('reinstate')
    .description('reinstate a suspended member; their keys work again')
    .argument(...MEMBER_ARGUMENT)
    .option(...JSON_OPTION)
    .action((reference: string, options: JsonOption) => reinstateMember(cli, reference, options));
}

async function reinstateMember(
  { io }: Cli,
  reference: string,
  { json }: JsonOption,
): Promise<void> {
  const { client } = await connect(io);
  const id = await findMemberId(client, reference);
  const member = await client.reinstateMember({ params: { id } });
  if (json) return printJson(io, member);
  printLine(io, `Reinstated ${member.name} (${member.email}).`);
}
