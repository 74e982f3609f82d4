import { ApiError } from '@tollkeeper/sdk';
import { CommanderError } from 'commander';
import type { Cli } from './cli.ts';
import { ERROR_CODES, EXIT } from './exit-codes.ts';
import { explain, report } from './failure.ts';
import { createProgram } from './program.ts';
import { asksOrganization, ORGANIZATION_ADVICE } from './session/organization.ts';
import { readKeyFile } from './session/read-key-file.ts';
import { refuseUnknownVariables } from './session/refuse-unknown-variables.ts';
import { signInAdvice } from './session/sign-in-advice.ts';
import type { Surroundings } from './surroundings.ts';
import { visibleJsonLine } from './text/visible-text.ts';

/**
 * Runs one command and answers its exit code. Never throws.
 * @param argv the arguments after the program's own name
 */
export async function run(argv: readonly string[], io: Surroundings): Promise<number> {
  const cli: Cli = { io, exitCode: EXIT.ok };
  const json = asksJson(argv);
  try {
    refuseUnknownVariables(io.env);
    cli.io = { ...io, env: readKeyFile(io.env) };
    await createProgram(cli, { json }).parseAsync([...argv], { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return endWithGrammar(error, json, io);
    if (json) {
      const reported = report(error);
      io.stderr.write(`${visibleJsonLine(reported)}\n`);
      return reported.exitCode;
    }
    const { exitCode, lines } = explain(error, cli.command);
    io.stderr.write(`${[...lines, ...(await adviceOn(error, io))].join('\n')}\n`);
    return exitCode;
  }
}

/** Commander has already written what was wrong, or the help that was asked for; not so for scripts. */
function endWithGrammar({ exitCode, message }: CommanderError, json: boolean, io: Surroundings) {
  if (exitCode === 0) return EXIT.ok;
  if (json) {
    const text = message.replace(/^error: /, '').replaceAll('\n', ' ');
    const reported = { code: ERROR_CODES[EXIT.usage], message: text, exitCode: EXIT.usage };
    io.stderr.write(`${visibleJsonLine(reported)}\n`);
  }
  return EXIT.usage;
}

/** Looked for before anything is parsed, so that a mistake in the grammar is JSON as well. */
function asksJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? argv.length : end).includes('--json');
}

/** What the server's own sentence cannot know: how to do better on the command line. */
async function adviceOn(error: unknown, io: Surroundings): Promise<readonly string[]> {
  if (asksOrganization(error)) return [ORGANIZATION_ADVICE];
  if (error instanceof ApiError && error.problem.code === 'recent_sign_in_required') {
    return ['Run "tollkeeper login" again, then repeat the command within ten minutes.'];
  }
  return error instanceof ApiError && error.status === 401 ? [await signInAdvice(io)] : [];
}
