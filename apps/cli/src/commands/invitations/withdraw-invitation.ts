import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { findInvitation } from '../../find-invitation.ts';
import { printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';

export function addWithdrawInvitation(invitations: Command, cli: Cli): void {
  invitations
    .command('withdraw')
    .description('take an invitation back; its link stops working')
    .argument('<invitation>', 'id or email')
    .option('--json', 'print nothing: the API answers a withdrawal without JSON')
    .action((reference: string, options: JsonOption) =>
      withdrawInvitation(cli, reference, options),
    );
}

async function withdrawInvitation({ io }: Cli, reference: string, { json }: JsonOption) {
  const { client } = await connect(io);
  const { id, email } = await findInvitation(client, reference);
  await client.withdrawInvitation({ params: { id } });
  if (!json) printLine(io, `Withdrew the invitation of ${email}.`);
}
