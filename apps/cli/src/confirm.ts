import { EXIT } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { ask } from './prompt.ts';
import type { Surroundings } from './surroundings.ts';

export interface YesOption {
  readonly yes?: true;
}

/** Before a command asks or changes anything: throws Failure if nobody could confirm it. */
export function requireYesOrTerminal({ stdin }: Surroundings, yes: true | undefined): void {
  if (yes || stdin.isTTY) return;
  const text = 'This asks before it changes anything, and there is no terminal. Give --yes.';
  throw new Failure(EXIT.usage, text);
}

/** Lets a person type what they are about to lose. Throws Failure if it is something else. */
export async function confirm(
  io: Surroundings,
  question: { readonly what: string; readonly ask: string; readonly answer: string },
): Promise<void> {
  const typed = await ask(io, `${question.what} Type ${question.ask} to go on: `);
  if (typed === question.answer) return;
  throw new Failure(EXIT.usage, `That is not ${question.ask}. Nothing was changed.`);
}

/** Lets a person agree to what can be undone. Throws Failure unless they do. */
export async function agree(io: Surroundings, question: string): Promise<void> {
  const typed = await ask(io, `${question} [y/N] `);
  if (/^y(es)?$/i.test(typed.trim())) return;
  throw new Failure(EXIT.usage, 'Nothing was changed.');
}
