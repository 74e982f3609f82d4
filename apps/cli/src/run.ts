import { ApiError } from '@tollkeeper/sdk';
import { CommanderError } from 'commander';
import type { Cli } from './cli.ts';
import { EXIT } from './exit-codes.ts';
import { explain } from './failure.ts';
import { createProgram } from './program.ts';
import { asksOrganization, ORGANIZATION_ADVICE } from './session/organization.ts';
import { signInAdvice } from './session/sign-in-advice.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Runs one command and answers its exit code. Never throws.
 * @param argv the arguments after the program's own name
 */
export async function run(argv: readonly string[], io: Surroundings): Promise<number> {
  const cli: Cli = { io, exitCode: EXIT.ok };
  try {
    await createProgram(cli).parseAsync([...argv], { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    // Commander has already written what was wrong, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { exitCode, lines } = explain(error);
    io.stderr.write(`${[...lines, ...(await adviceOn(error, io))].join('\n')}\n`);
    return exitCode;
  }
}

/** What the server's own sentence cannot know: how to do better on the command line. */
async function adviceOn(error: unknown, io: Surroundings): Promise<readonly string[]> {
  if (asksOrganization(error)) return [ORGANIZATION_ADVICE];
  return error instanceof ApiError && error.status === 401 ? [await signInAdvice(io)] : [];
}
