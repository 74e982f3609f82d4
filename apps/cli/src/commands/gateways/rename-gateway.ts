import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { printJson, printLine } from '../../output.ts';
import { GATEWAY_ARGUMENT, openGateway } from './open-gateway.ts';

export function addRenameGateway(gateways: Command, cli: Cli): void {
  gateways
    .command('rename')
    .description('give the gateway another name')
    .argument(...GATEWAY_ARGUMENT)
    .argument('<name>', 'the new name')
    .option(...JSON_OPTION)
    .action((reference: string, name: string, options: JsonOption) =>
      renameGateway(cli, reference, name, options),
    );
}

async function renameGateway(
  cli: Cli,
  reference: string,
  name: string,
  { json }: JsonOption,
): Promise<void> {
  const { client, gateway, params } = await openGateway(cli, reference);
  const renamed = await client.updateGateway({ params, body: { name } });
  if (json) return printJson(cli.io, renamed);
  printLine(cli.io, `Renamed "${gateway.name}" to "${renamed.name}".`);
}
