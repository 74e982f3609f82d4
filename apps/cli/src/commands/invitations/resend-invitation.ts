import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { findInvitation } from '../../find-invitation.ts';
import { connect } from '../../session/connect.ts';
import { printInvitation } from './print-invitation.ts';

export function addResendInvitation(invitations: Command, cli: Cli): void {
  invitations
    .command('resend')
    .description('send a new link; the one before stops working')
    .argument('<invitation>', 'id or email')
    .option(...JSON_OPTION)
    .action((reference: string, options: JsonOption) => resendInvitation(cli, reference, options));
}

async function resendInvitation({ io }: Cli, reference: string, options: JsonOption) {
  const { client } = await connect(io);
  const { id } = await findInvitation(client, reference);
  printInvitation(io, await client.resendInvitation({ params: { id } }), options);
}
