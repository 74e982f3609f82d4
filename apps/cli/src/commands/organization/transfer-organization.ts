import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { findMember } from '../../find-member.ts';
import { hint, printJson, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import {
  PASSWORD_OPTION,
  type PasswordOption,
  readOwnPassword,
  requirePasswordSource,
} from '../../session/own-password.ts';

type TransferOptions = JsonOption & PasswordOption;

export function addTransferOrganization(organization: Command, cli: Cli): void {
  organization
    .command('transfer')
    .description('hand the ownership to another member; you become an admin')
    .argument('<member>', 'id, email or exact name of an active member')
    .option(...PASSWORD_OPTION)
    .option(...JSON_OPTION)
    .action((reference: string, options: TransferOptions) =>
      transferOrganization(cli, reference, options),
    );
}

async function transferOrganization(
  { io }: Cli,
  reference: string,
  options: TransferOptions,
): Promise<void> {
  const connection = await connect(io);
  requirePasswordSource(io, connection, options);
  const { client } = connection;
  const { id, name, email } = await findMember(client, reference);
  hint(io, `This makes ${name} (${email}) the owner. Only they can undo it.`);
  const body = { memberId: id, ...(await readOwnPassword(io, connection)) };
  const organization = await client.transferOrganization({ body });
  if (options.json) return printJson(io, organization);
  printLine(io, `${name} (${email}) now owns ${organization.name}.`);
}
