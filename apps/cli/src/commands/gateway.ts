import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import type { ExitCode } from '../exit-codes.ts';

/** What the gateway's own command line takes, beside the join key. */
const PASSED = [
  'controlPlane',
  'joinKeyFile',
  'upstream',
  'listen',
  'admin',
  'stateDir',
  'name',
  'workers',
  'config',
] as const;

type GatewayOptions = { readonly [name in (typeof PASSED)[number]]?: string };

export function addGateway(program: Command, cli: Cli): void {
  program
    .command('gateway')
    .description('run a gateway, which admits only requests with a valid key')
    .option('--control-plane <url>', 'where the control plane answers')
    .option(
      '--join-key-file <file>',
      'holds the join key, - is standard input; needed at the first start only',
    )
    .option('--upstream <url>', 'where requests go; gateway.yaml can name several')
    .option('--listen <host:port>', 'where clients connect (default 127.0.0.1:7430)')
    .option('--admin <host:port>', 'where health and metrics are (default 127.0.0.1:7431)')
    .option(
      '--state-dir <folder>',
      'where its identity, snapshot and counts are stored (default ./gateway-state)',
    )
    .option('--name <name>', 'its name (default: the name of this machine)')
    .option('--workers <count>', 'how many processes share the address (default 1)')
    .option('--config <file>', 'a gateway.yaml; docs/gateway.md says what it can hold')
    .addHelpText(
      'after',
      '\nTOLLKEEPER_JOIN_KEY or TOLLKEEPER_JOIN_KEY_FILE gives the join key, and' +
        '\nTOLLKEEPER_CONTROL_PLANE the control plane. SIGHUP reads gateway.yaml again.',
    )
    .action((options: GatewayOptions) => runGateway(cli, options));
}

async function runGateway(cli: Cli, options: GatewayOptions): Promise<void> {
  const args = PASSED.flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [`--${kebabCase(name)}`, value];
  });
  cli.exitCode = (await cli.io.runProgram('gateway', args)) as ExitCode;
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
