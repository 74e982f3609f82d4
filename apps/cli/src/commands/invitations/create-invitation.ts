import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { findRoleId } from '../../find-role.ts';
import { connect } from '../../session/connect.ts';
import { printInvitation } from './print-invitation.ts';

interface CreateOptions extends JsonOption {
  readonly role: string;
}

export function addCreateInvitation(invitations: Command, cli: Cli): void {
  invitations
    .command('create')
    .description('invite a person; prints the link where no mail is configured')
    .argument('<email>', 'whom to invite')
    .requiredOption('--role <role>', 'what they may do: id or name of a role')
    .option(...JSON_OPTION)
    .action((email: string, options: CreateOptions) => createInvitation(cli, email, options));
}

async function createInvitation({ io }: Cli, email: string, options: CreateOptions): Promise<void> {
  const { client } = await connect(io);
  const roleId = await findRoleId(client, options.role);
  const invitation = await client.createInvitation(
    { body: { email, roleId } },
    { idempotencyKey: io.createId() },
  );
  printInvitation(io, invitation, options);
}
