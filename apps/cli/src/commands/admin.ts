import { fileURLToPath } from 'node:url';
import { PLANS } from '@tollkeeper/contract';
import { Argument, type Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../cli.ts';
import type { ExitCode } from '../exit-codes.ts';

/** Runs beside the database, so it is a program of the control plane, not a call to its API. */
const ADMIN = fileURLToPath(new URL('../../../control-plane/src/admin.ts', import.meta.url));

interface SetPlanOptions extends JsonOption {
  readonly organization?: string;
}

export function addAdmin(program: Command, cli: Cli): void {
  const admin = program
    .command('admin')
    .description("operate this machine's server on its own database; needs no sign-in");
  admin
    .command('set-plan')
    .description('move an organization to another plan')
    .addArgument(new Argument('<plan>').choices(PLANS))
    .option('--organization <id or slug>', 'which one; may be left out if there is only one')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nReads DATABASE_URL and TOLLKEEPER_DATA_DIR (default ./data) as the server does.',
    )
    // The option of the same name that stands before every command gets the value, wherever it is.
    .action((plan: string, _: SetPlanOptions, command: Command) =>
      setPlan(cli, plan, command.optsWithGlobals()),
    );
  admin
    .command('create-organization')
    .description('make another organization on this server')
    .argument('<name>')
    .requiredOption('--owner <email>', 'of an account on this server')
    .option(...JSON_OPTION)
    .action((name: string, { owner, json }: JsonOption & { readonly owner: string }) =>
      runAdmin(cli, ['create-organization', name, '--owner', owner], json),
    );
}

async function setPlan(cli: Cli, plan: string, options: SetPlanOptions): Promise<void> {
  const { organization, json } = options;
  const named = organization === undefined ? [] : ['--organization', organization];
  await runAdmin(cli, ['set-plan', plan, ...named], json);
}

async function runAdmin(cli: Cli, args: string[], json: boolean | undefined): Promise<void> {
  const code = await cli.io.runNode([ADMIN, ...args, ...(json ? ['--json'] : [])]);
  // The child has the same table of exit codes, or died of a signal.
  cli.exitCode = code as ExitCode;
}
