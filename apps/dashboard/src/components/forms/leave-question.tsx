import { useBlocker } from '@tanstack/react-router';
import { AlertDialog as Radix } from 'radix-ui';
import { useEffect } from 'react';
import { useReturnFocus } from '../../lib/hooks.ts';
import { createQuestion } from '../../lib/question.ts';
import { Button } from '../button.tsx';

/** What is asked before something unsaved is left. */
export interface LeaveWords {
  readonly title: string;
  readonly text: string;
  readonly leaveLabel: string;
  readonly stayLabel: string;
}

export const FILLED_FORM: LeaveWords = {
  title: 'Discard what you entered?',
  text: 'It is not saved yet.',
  leaveLabel: 'Discard',
  stayLabel: 'Keep editing',
};

interface LeaveQuestionProps {
  readonly words: LeaveWords;
  readonly onLeave: () => void;
  readonly onStay: () => void;
}

/** A question with two answers, the safe one first and focused. */
export function LeaveQuestion({ words, onLeave, onStay }: LeaveQuestionProps) {
  const returnFocus = useReturnFocus();
  return (
    <Radix.Root open onOpenChange={(open) => !open && onStay()}>
      <Radix.Portal>
        <Radix.Overlay className="animate-fade fixed inset-0 z-50 bg-veil/45" />
        <Radix.Content
          onCloseAutoFocus={returnFocus}
          className="animate-rise fixed inset-x-4 top-1/2 z-50 mx-auto flex max-w-sm -translate-y-1/2 flex-col gap-4 rounded-xl border border-line bg-surface p-5 shadow-float outline-none"
        >
          <div>
            <Radix.Title className="font-semibold text-base text-ink">{words.title}</Radix.Title>
            <Radix.Description className="mt-1 text-soft">{words.text}</Radix.Description>
          </div>
          <div className="flex flex-wrap justify-end gap-2">
            <Radix.Cancel asChild>
              <Button>{words.stayLabel}</Button>
            </Radix.Cancel>
            <Button look="danger" onClick={onLeave}>
              {words.leaveLabel}
            </Button>
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** What would be lost with the page, by the part of it that holds it. */
const unsaved = new Map<symbol, LeaveWords>();
const question = createQuestion<LeaveWords>();

/** Asks before what leaves the page without a link, such as signing out. @returns whether to go on */
export async function mayLeave(): Promise<boolean> {
  const words = [...unsaved.values()].at(-1);
  return words === undefined || question.ask(words);
}

/** Shows what `mayLeave` asks. */
export function LeaveAsked() {
  const words = question.useAsked();
  if (!words) return null;
  const answer = (isYes: boolean) => () => question.answer(isYes);
  return <LeaveQuestion words={words} onLeave={answer(true)} onStay={answer(false)} />;
}

/** Asks before a link, "back" or a reload discards what is not saved. A reload asks in the browser's own words. */
export function PageLeaveQuestion({ words }: { readonly words: LeaveWords | undefined }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: leadsElsewhere,
    enableBeforeUnload: true,
    disabled: words === undefined,
    withResolver: true,
  });
  useEffect(() => {
    if (!words) return undefined;
    const part = Symbol('a part of the page');
    unsaved.set(part, words);
    return () => void unsaved.delete(part);
  }, [words]);
  if (status !== 'blocked' || !words) return null;
  return <LeaveQuestion words={words} onLeave={proceed} onStay={reset} />;
}

interface Move {
  readonly current: { readonly pathname: string };
  readonly next: { readonly pathname: string };
}

/** Another filter or page of a list stays on the same page. */
function leadsElsewhere({ current, next }: Move): boolean {
  return current.pathname !== next.pathname;
}
