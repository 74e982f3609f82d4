import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { printJson, printLine } from '../../output.ts';
import { GATEWAY_ARGUMENT, openGateway } from './open-gateway.ts';

export function addDrainGateway(gateways: Command, cli: Cli): void {
  const verbs = [
    ['drain', true, 'let it say that it is not ready, so that others take over'],
    ['undrain', false, 'let it take requests again'],
  ] as const;
  for (const [verb, draining, description] of verbs) {
    gateways
      .command(verb)
      .description(description)
      .argument(...GATEWAY_ARGUMENT)
      .option(...JSON_OPTION)
      .action((reference: string, options: JsonOption) =>
        drainGateway(cli, reference, draining, options),
      );
  }
}

async function drainGateway(
  cli: Cli,
  reference: string,
  draining: boolean,
  { json }: JsonOption,
): Promise<void> {
  const { client, params } = await openGateway(cli, reference);
  const gateway = await client.updateGateway({ params, body: { draining } });
  if (json) return printJson(cli.io, gateway);
  const text = draining
    ? `"${gateway.name}" drains; "tollkeeper gateways undrain" undoes it.`
    : `"${gateway.name}" takes requests again.`;
  printLine(cli.io, text);
}
