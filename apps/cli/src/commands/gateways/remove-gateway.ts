import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { confirm, requireYesOrTerminal, type YesOption } from '../../confirm.ts';
import { printLine } from '../../output.ts';
import { GATEWAY_ARGUMENT, openGateway } from './open-gateway.ts';

interface RemoveOptions extends JsonOption, YesOption {}

export function addRemoveGateway(gateways: Command, cli: Cli): void {
  gateways
    .command('remove')
    .description('end its credential at once: it deletes its snapshot and refuses every request')
    .argument(...GATEWAY_ARGUMENT)
    .option('--yes', 'do not ask for the name')
    .option('--json', 'print nothing: the API answers a removal without JSON')
    .action((reference: string, options: RemoveOptions) => removeGateway(cli, reference, options));
}

async function removeGateway(
  cli: Cli,
  reference: string,
  { yes, json }: RemoveOptions,
): Promise<void> {
  const { io } = cli;
  const { client, gateway, params } = await openGateway(cli, reference);
  requireYesOrTerminal(io, yes);
  const what = `This removes "${gateway.name}" from the fleet; it denies every request from now on.`;
  if (!yes) await confirm(io, { what, ask: 'its name', answer: gateway.name });
  await client.deleteGateway({ params });
  if (!json) printLine(io, `Removed "${gateway.name}".`);
}
