/** `tollkeeper invitations …`: one file per verb. */
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { addCreateInvitation } from './create-invitation.ts';
import { addListInvitations } from './list-invitations.ts';
import { addResendInvitation } from './resend-invitation.ts';
import { addWithdrawInvitation } from './withdraw-invitation.ts';

export function addInvitations(program: Command, cli: Cli): void {
  const invitations = program
    .command('invitations')
    .description('invite people into the organization')
    .addHelpText('after', '\n<invitation> is an id or the invited email.');
  for (const add of [
    addListInvitations,
    addCreateInvitation,
    addResendInvitation,
    addWithdrawInvitation,
  ]) {
    add(invitations, cli);
  }
}
