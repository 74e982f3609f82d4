import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { printJson } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { printOrganization } from './print-organization.ts';

export function addShowOrganization(organization: Command, cli: Cli): void {
  organization
    .command('show')
    .description('show the name, the plan and the settings')
    .option(...JSON_OPTION)
    .action((options: JsonOption) => showOrganization(cli, options));
}

async function showOrganization({ io }: Cli, { json }: JsonOption): Promise<void> {
  const { client } = await connect(io);
  const organization = await client.getOrganization();
  if (json) printJson(io, organization);
  else printOrganization(io, organization);
}
