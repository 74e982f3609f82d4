import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { CliContext } from './cli-context.ts';
import { addNoun, addVerb, exampleText, type Run } from './command/add-verb.ts';
import { COMMANDS } from './commands/index.ts';
import { ERROR_CODES, EXIT, exitCodeHelp } from './failure.ts';
import { visibleJsonLine, visibleLines } from './text/visible-text.ts';

/**
 * Runs one command and answers its exit code. Never throws.
 * @param args the arguments after the program's own name
 */
export async function run(args: readonly string[], ctx: CliContext): Promise<number> {
  const argv = withHelpOption(args);
  const current: Run = { ctx, exitCode: EXIT.ok };
  const json = asksJson(argv);
  try {
    const program = await createProgram(current, argv, { json });
    await program.parseAsync(withoutHelpOfNothing(argv, program), { from: 'user' });
    return current.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return endWithGrammar(error, json, ctx);
    // Loaded where it is needed: with it comes the whole API.
    const { adviceOn, explain, report } = await import('./explain.ts');
    if (json) {
      const reported = report(error, current.command);
      ctx.stderr.write(`${visibleJsonLine(reported)}\n`);
      return reported.exitCode;
    }
    const { exitCode, lines } = explain(error, current.command);
    ctx.stderr.write(`${[...lines, ...(await adviceOn(error, ctx))].join('\n')}\n`);
    return exitCode;
  }
}

/** Commander has already written what was wrong, or the help that was asked for; not so for scripts. */
function endWithGrammar({ exitCode, message }: CommanderError, json: boolean, ctx: CliContext) {
  if (exitCode === 0) return EXIT.ok;
  if (json) {
    const text = plainGrammar(message)
      .replace(/^error: /, '')
      .replaceAll('\n', ' ');
    const reported = { code: ERROR_CODES[EXIT.usage], message: text, exitCode: EXIT.usage };
    ctx.stderr.write(`${visibleJsonLine(reported)}\n`);
  }
  return EXIT.usage;
}

/**
 * Commander's own name for an argument means nothing to a reader. A key that was typed where none
 * belongs must not get into the log of a job.
 */
function plainGrammar(text: string): string {
  return text
    .replace(/^error: command-argument value/, 'error: value')
    .replace(/\b(tk_[a-z]{1,8}_\w{4})\w+/g, '$1…');
}

/** "help keys create" as "keys create --help": Commander's own would print the help of "keys". */
function withHelpOption(args: readonly string[]): readonly string[] {
  const [first, ...path] = args;
  return first === 'help' && path.length > 0 ? [...path, '--help'] : args;
}

/** Without --help where it follows a command that does not exist: Commander would print the help of all. */
function withoutHelpOfNothing(argv: readonly string[], program: Command): string[] {
  let command = program;
  for (const word of argv) {
    if (word.startsWith('-') || word === 'help' || command.commands.length === 0) break;
    const next = command.commands.find((each) => [each.name(), ...each.aliases()].includes(word));
    if (!next) return argv.filter((each) => each !== '--help' && each !== '-h');
    command = next;
  }
  return [...argv];
}

/** Looked for before anything is parsed, so that a mistake in the grammar is JSON as well. */
function asksJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? argv.length : end).includes('--json');
}

const ENVIRONMENT = `
Environment:
  TOLLKEEPER_URL           Server to use instead of the one that you signed in to
  TOLLKEEPER_API_KEY       API key to use instead of the stored credential
  TOLLKEEPER_API_KEY_FILE  File that holds the API key
  TOLLKEEPER_ORGANIZATION  Organization to use if you belong to several; --organization wins
  NO_COLOR                 Print no colors`;

const EXAMPLES = [
  'login',
  'keys create ci-pipeline --scopes apis.call',
  'keys list --state active --sort lastUsedAt',
  'invitations create eve@example.com --role developer',
  'keys revoke ci-pipeline --reason "leaked in a log"',
];

/**
 * The grammar of the command line. Only the commands that the arguments name are loaded whole.
 * @param json whether a script reads: then the caller writes what is wrong with the grammar
 */
async function createProgram(
  run: Run,
  argv: readonly string[],
  { json }: { readonly json: boolean },
): Promise<Command> {
  const { stdout, stderr } = run.ctx;
  const program = new Command('tollkeeper')
    .description('Manage the API keys, members and gateways of an organization')
    .option('--organization <id>', 'Organization to act in, if you belong to several')
    .version(packageJson.version, '--version', 'Print the version')
    .helpOption('-h, --help', 'Print this help')
    .helpCommand('help [command]', 'Print the help of a command')
    .hook('preAction', async (program, command) => {
      run.command = command;
      await readEnvironment(run, program.opts());
    })
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => json || stderr.write(text),
      outputError: (text, write) => write(`${visibleLines(plainGrammar(text.trimEnd()))}\n`),
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
    })
    .showHelpAfterError('Run it with --help to see what is possible.');
  for (const { name, alias, summary, load } of COMMANDS) {
    const command = program.command(name).description(summary);
    if (alias) command.alias(alias);
    if (!argv.includes(name) && !(alias && argv.includes(alias))) continue;
    const loaded = await load();
    if ('verbs' in loaded) addNoun(command, loaded, run);
    else addVerb(command, loaded, run);
  }
  return program.addHelpText(
    'after',
    `${ENVIRONMENT}\n${exitCodeHelp()}\n${exampleText(EXAMPLES)}`,
  );
}

/** What every command takes from the environment. --organization sets its variable there. */
async function readEnvironment(
  run: Run,
  { organization }: { readonly organization?: string },
): Promise<void> {
  const { readKeyFile, refuseUnknownVariables } = await import('./session/environment.ts');
  refuseUnknownVariables(run.ctx.env);
  const env = readKeyFile(run.ctx.env);
  const chosen = organization === undefined ? {} : { TOLLKEEPER_ORGANIZATION: organization };
  run.ctx = { ...run.ctx, env: { ...env, ...chosen } };
}
