import { text as readText } from 'node:stream/consumers';
import type { CliContext } from './cli-context.ts';
import { EXIT, Failure } from './failure.ts';
import { visibleText } from './text/visible-text.ts';

type Terminal = Pick<CliContext, 'stdin' | 'stderr'>;

/** Without colors, and without a word where a password is typed. */
const PLAIN = {
  prefix: '?',
  style: {
    message: (text: string) => text,
    answer: (text: string) => text,
    help: (text: string) => text,
    maskedText: '',
  },
};

/** Asks on the terminal, on standard error so that standard output stays the command's result. */
export async function ask(ctx: Terminal, question: string): Promise<string> {
  const { default: input } = await import('@inquirer/input');
  return answerOf(ctx, (context) =>
    input({ message: visibleText(question), theme: PLAIN }, context),
  );
}

/** Asks without showing what is typed, and offers no way to show it. */
async function askHidden(ctx: Terminal, question: string): Promise<string> {
  const { default: password } = await import('@inquirer/password');
  return answerOf(ctx, (context) =>
    password(
      { message: visibleText(question), mask: false, toggleMask: false, theme: PLAIN },
      context,
    ),
  );
}

/** All of standard input without its last line break: how a script hands over a secret. */
export async function readSecret(ctx: Terminal, question: string): Promise<string> {
  if (ctx.stdin.isTTY) return askHidden(ctx, question);
  return (await readText(ctx.stdin)).replace(/\r?\n$/, '');
}

/** Before a command asks or changes anything: throws Failure if nobody could confirm it. */
export function requireYesOrTerminal(
  { stdin }: Pick<CliContext, 'stdin'>,
  yes: boolean | undefined,
): void {
  if (yes || stdin.isTTY) return;
  const text =
    'This asks for confirmation before it changes anything, and there is no terminal. Add --yes.';
  throw new Failure(EXIT.usage, text);
}

/** Lets a person type what they are about to lose. Throws Failure if they type something else. */
export async function confirm(
  ctx: Terminal,
  question: { readonly what: string; readonly ask: string; readonly answer: string },
): Promise<void> {
  ctx.stderr.write(`${visibleText(question.what)}\n`);
  const typed = await ask(ctx, `Type ${question.ask} to continue:`);
  if (typed === question.answer) return;
  throw new Failure(EXIT.usage, `That is not ${question.ask}. Nothing was changed.`);
}

/** Lets a person agree to what can be undone. Throws Failure unless they do. */
export async function agree(ctx: Terminal, question: string): Promise<void> {
  const typed = await ask(ctx, `${question} [y/N]`);
  if (/^y(es)?$/i.test(typed.trim())) return;
  throw new Failure(EXIT.usage, 'Nothing was changed.');
}

interface PromptContext {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Throws Failure where no answer comes: after Ctrl-C, and at the end of the input. */
async function answerOf(
  { stdin, stderr }: Terminal,
  prompt: (context: PromptContext) => Promise<string>,
): Promise<string> {
  const ended = new AbortController();
  // A prompt whose input ends would wait forever. Reading pauses then, and else only after it.
  const end = () => ended.abort();
  stdin.once('pause', end);
  try {
    return await prompt({ input: stdin, output: stderr, signal: ended.signal });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'AbortPromptError') throw new Failure(EXIT.interrupted, 'No answer given.');
    if (error.name === 'ExitPromptError') throw new Failure(EXIT.interrupted, 'Interrupted.');
    throw error;
  } finally {
    stdin.removeListener('pause', end);
  }
}
