import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { printJson } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { printSecurity } from './print-security.ts';

export function addShowSecurity(security: Command, cli: Cli): void {
  security
    .command('show')
    .description('show the rules in force')
    .option(...JSON_OPTION)
    .action((options: JsonOption) => showSecurity(cli, options));
}

async function showSecurity({ io }: Cli, { json }: JsonOption): Promise<void> {
  const { client } = await connect(io);
  const settings = await client.getSecurity();
  if (json) printJson(io, settings);
  else printSecurity(io, settings);
}
