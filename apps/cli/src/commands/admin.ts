import { PLANS } from '@tollkeeper/contract';
import { Argument, type Command, Option } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../cli.ts';
import type { ExitCode } from '../exit-codes.ts';
import { NAME_OPTION, type NameOption, requireName } from '../options.ts';

const DATA_DIR_OPTION = [
  '--data-dir <folder>',
  'data folder of the server (default: that of the server that runs here)',
] as const;
const CONFIRM_ADDRESS_OPTION = [
  '--confirm-address',
  'vouch that the account belongs to the owner of its address',
] as const;
const ORGANIZATION_OPTION = [
  '--organization <id or slug>',
  'which one; may be left out if there is only one',
] as const;

interface AdminOptions extends JsonOption {
  readonly dataDir?: string;
  readonly organization?: string;
  readonly confirmAddress?: boolean;
}

export function addAdmin(program: Command, cli: Cli): void {
  const admin = program
    .command('admin')
    .description("operate this machine's server on its own database; needs no sign-in")
    .addHelpText(
      'after',
      '\nFinds the server that you run on this machine; --data-dir, TOLLKEEPER_DATA_DIR or' +
        '\nDATABASE_URL name another one. Creates no database, and updates none.',
    );
  addSetPlan(admin, cli);
  addCreateOrganization(admin, cli);
  addTransferOwnership(admin, cli);
  addResetPassword(admin, cli);
  addResetSecondFactors(admin, cli);
}

function addSetPlan(admin: Command, cli: Cli): void {
  admin
    .command('set-plan')
    .description('move an organization to another plan')
    .addArgument(new Argument('<plan>').choices(PLANS))
    .option(...ORGANIZATION_OPTION)
    .option(...DATA_DIR_OPTION)
    .option(...JSON_OPTION)
    // The option of the same name that stands before every command gets the value, wherever it is.
    .action((plan: string, _: AdminOptions, command: Command) =>
      runAdmin(cli, ['set-plan', plan], command.optsWithGlobals()),
    );
}

interface CreateOrganizationOptions extends AdminOptions, NameOption {
  readonly owner: string;
}

function addCreateOrganization(admin: Command, cli: Cli): void {
  admin
    .command('create-organization')
    .description('create another organization on this server')
    .argument('[name]')
    .option(...NAME_OPTION)
    .requiredOption('--owner <email>', 'of an account on this server')
    .option(...CONFIRM_ADDRESS_OPTION)
    .option(...DATA_DIR_OPTION)
    .option(...JSON_OPTION)
    .action((argument: string | undefined, options: CreateOrganizationOptions) => {
      const name = requireName(argument, options);
      return runAdmin(cli, ['create-organization', '--owner', options.owner, '--', name], options);
    });
}

function addTransferOwnership(admin: Command, cli: Cli): void {
  admin
    .command('transfer-ownership')
    .description('make another member the owner of an organization whose owner is gone')
    .requiredOption('--to <member>', 'email or id of an active member')
    .option(...CONFIRM_ADDRESS_OPTION)
    .option(...ORGANIZATION_OPTION)
    .option(...DATA_DIR_OPTION)
    .option(...JSON_OPTION)
    .action((options: AdminOptions & { readonly to: string }, command: Command) =>
      runAdmin(cli, ['transfer-ownership', '--to', options.to], command.optsWithGlobals()),
    );
}

interface ResetOptions {
  readonly passwordStdin?: true;
  readonly link?: true;
}

function addResetPassword(admin: Command, cli: Cli): void {
  admin
    .command('reset-password')
    .description(
      'give an account another password and end its sessions; prints the password, or a link',
    )
    .argument('<email>', 'of an account on this server')
    .option('--link', 'print a one-time link by which the person chooses the password')
    .addOption(
      new Option(
        '--password-stdin',
        'read the new password from standard input; on a terminal, ask for it',
      ).conflicts('link'),
    )
    .option(...DATA_DIR_OPTION)
    .option(...JSON_OPTION)
    .action((email: string, options: AdminOptions & ResetOptions) => {
      const source = [
        ...(options.passwordStdin ? ['--password-stdin'] : []),
        ...(options.link ? ['--link'] : []),
      ];
      return runAdmin(cli, ['reset-password', ...source, '--', email], options);
    });
}

function addResetSecondFactors(admin: Command, cli: Cli): void {
  admin
    .command('reset-second-factors')
    .description('remove the authenticator app and passkeys of an account and end its sessions')
    .argument('<email>', 'of an account on this server')
    .option(...DATA_DIR_OPTION)
    .option(...JSON_OPTION)
    .action((email: string, options: AdminOptions) =>
      runAdmin(cli, ['reset-second-factors', '--', email], options),
    );
}

async function runAdmin(
  cli: Cli,
  args: readonly string[],
  { organization, confirmAddress, dataDir, json }: AdminOptions,
): Promise<void> {
  const options = [
    ...(organization === undefined ? [] : ['--organization', organization]),
    ...(confirmAddress ? ['--confirm-address'] : []),
    ...(dataDir === undefined ? [] : ['--data-dir', dataDir]),
    ...(json ? ['--json'] : []),
  ];
  const [verb = '', ...rest] = args;
  const code = await cli.io.runProgram('admin', [verb, ...options, ...rest]);
  // The child has the same table of exit codes, or died of a signal.
  cli.exitCode = code as ExitCode;
}
