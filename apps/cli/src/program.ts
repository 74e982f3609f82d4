import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { Cli } from './cli.ts';
import { addAdmin } from './commands/admin.ts';
import { addGateway } from './commands/gateway.ts';
import { addGateways } from './commands/gateways/index.ts';
import { addInvitations } from './commands/invitations/index.ts';
import { addJoinKeys } from './commands/join-keys/index.ts';
import { addKeys } from './commands/keys/index.ts';
import { addLogin } from './commands/login/index.ts';
import { addLogout } from './commands/logout.ts';
import { addMembers } from './commands/members/index.ts';
import { addOrganization } from './commands/organization/index.ts';
import { addRoles } from './commands/roles/index.ts';
import { addScopes } from './commands/scopes.ts';
import { addSecurity } from './commands/security/index.ts';
import { addUsage } from './commands/usage.ts';
import { addVerify } from './commands/verify.ts';
import { addWhoami } from './commands/whoami.ts';
import { addWorkspaces } from './commands/workspaces/index.ts';
import { exitCodeHelp } from './exit-codes.ts';
import { visibleLines } from './text/visible-text.ts';

const ENVIRONMENT = `
Environment:
  TOLLKEEPER_URL      the server, instead of the one that login stored
  TOLLKEEPER_API_KEY  an API key, instead of the credential that login stored;
                      TOLLKEEPER_API_KEY_FILE names a file that holds it
  TOLLKEEPER_ORGANIZATION
                      the organization, for sessions in several; --organization wins
  NO_COLOR            no colours`;

const EXAMPLES = `
Examples:
  $ tollkeeper login
  $ tollkeeper keys create ci-pipeline --expires 90d
  $ tollkeeper keys list --state active --sort lastUsedAt
  $ tollkeeper invitations create eve@example.com --role developer
  $ tollkeeper keys revoke ci-pipeline --reason "leaked in a log"`;

const COMMANDS = [
  addLogin,
  addLogout,
  addWhoami,
  addKeys,
  addGateway,
  addGateways,
  addJoinKeys,
  addMembers,
  addInvitations,
  addRoles,
  addWorkspaces,
  addOrganization,
  addSecurity,
  addScopes,
  addUsage,
  addVerify,
  addAdmin,
];

/**
 * The whole grammar of the command line.
 * @param json whether a script reads: then what is wrong with the grammar is for the caller to write
 */
export function createProgram(cli: Cli, { json }: { readonly json: boolean }): Command {
  const { stdout, stderr } = cli.io;
  const program = new Command('tollkeeper')
    .description("Control an organization's API keys")
    .option('--organization <id>', 'where a session acts, if you belong to several')
    .version(packageJson.version, '--version', 'print the version')
    .hook('preAction', (program, command) => {
      cli.command = command;
      chooseOrganization(cli, program.opts());
    })
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => json || stderr.write(text),
      outputError: (text, write) => write(`${visibleLines(text.trimEnd())}\n`),
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
    })
    .showHelpAfterError('Add --help to see what is possible.');
  for (const add of COMMANDS) add(program, cli);
  return program.addHelpText('after', `${ENVIRONMENT}\n${exitCodeHelp()}\n${EXAMPLES}`);
}

/** The option sets its variable, so that everything that connects reads one place. */
function chooseOrganization(cli: Cli, { organization }: { organization?: string }): void {
  if (organization === undefined) return;
  cli.io = { ...cli.io, env: { ...cli.io.env, TOLLKEEPER_ORGANIZATION: organization } };
}
