import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { findRole } from '../../find-role.ts';
import { printJson } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { printRole } from './print-role.ts';

export function addShowRole(roles: Command, cli: Cli): void {
  roles
    .command('show')
    .description('show a role and its scopes')
    .argument('<role>', 'id or name')
    .option(...JSON_OPTION)
    .action((reference: string, options: JsonOption) => showRole(cli, reference, options));
}

async function showRole({ io }: Cli, reference: string, { json }: JsonOption): Promise<void> {
  const { client } = await connect(io);
  const role = await findRole(client, reference);
  if (json) printJson(io, role);
  else printRole(io, role);
}
