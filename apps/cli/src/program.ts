import { Command } from 'commander';
import type { Cli } from './cli.ts';
import { addAdmin } from './commands/admin.ts';
import { addKeys } from './commands/keys/index.ts';
import { addLogin } from './commands/login.ts';
import { addLogout } from './commands/logout.ts';
import { addScopes } from './commands/scopes.ts';
import { addUsage } from './commands/usage.ts';
import { addVerify } from './commands/verify.ts';
import { addWhoami } from './commands/whoami.ts';
import { exitCodeHelp } from './exit-codes.ts';
import { visibleText } from './text/visible-text.ts';

const ENVIRONMENT = `
Environment:
  TOLLKEEPER_URL      the server, instead of the one that login stored
  TOLLKEEPER_API_KEY  an API key, instead of the credential that login stored
  NO_COLOR            no colours`;

const EXAMPLES = `
Examples:
  $ tollkeeper login
  $ tollkeeper keys create ci-pipeline --expires 90d
  $ tollkeeper keys list --status active --sort lastUsedAt
  $ tollkeeper keys revoke ci-pipeline --reason "leaked in a log"`;

/** The whole grammar of the command line. */
export function createProgram(cli: Cli): Command {
  const { stdout, stderr } = cli.io;
  const program = new Command('tollkeeper')
    .description("Control an organization's API keys")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) => write(`${visibleText(text.trimEnd())}\n`),
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
    })
    .showHelpAfterError('Add --help to see what is possible.');
  for (const add of [
    addLogin,
    addLogout,
    addWhoami,
    addKeys,
    addScopes,
    addUsage,
    addVerify,
    addAdmin,
  ]) {
    add(program, cli);
  }
  return program.addHelpText('after', `${ENVIRONMENT}\n${exitCodeHelp()}\n${EXAMPLES}`);
}
