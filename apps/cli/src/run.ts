import { CommanderError } from 'commander';
import type { CliContext } from './cli-context.ts';
import type { Run } from './command/add-verb.ts';
import { ERROR_CODES, EXIT } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { visibleJsonLine } from './text/visible-text.ts';

/**
 * Runs one command and answers its exit code. Never throws.
 * @param argv the arguments after the program's own name
 */
export async function run(argv: readonly string[], ctx: CliContext): Promise<number> {
  const current: Run = { ctx, exitCode: EXIT.ok };
  const json = asksJson(argv);
  try {
    const program = await createProgram(current, argv, { json });
    await program.parseAsync([...argv], { from: 'user' });
    return current.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return endWithGrammar(error, json, ctx);
    // Loaded where it is needed: with it comes the whole API.
    const { adviceOn, explain, report } = await import('./explain.ts');
    if (json) {
      const reported = report(error);
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
    const text = message.replace(/^error: /, '').replaceAll('\n', ' ');
    const reported = { code: ERROR_CODES[EXIT.usage], message: text, exitCode: EXIT.usage };
    ctx.stderr.write(`${visibleJsonLine(reported)}\n`);
  }
  return EXIT.usage;
}

/** Looked for before anything is parsed, so that a mistake in the grammar is JSON as well. */
function asksJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? argv.length : end).includes('--json');
}
