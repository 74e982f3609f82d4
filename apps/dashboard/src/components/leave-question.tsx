import { useBlocker } from '@tanstack/react-router';
import { ConfirmDialog } from './confirm-dialog.tsx';

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

/** Asks before a link, "back" or a reload takes away what is not saved. A reload asks by the browser's own words. */
export function PageLeaveQuestion({ words }: { readonly words: LeaveWords | undefined }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: leadsElsewhere,
    enableBeforeUnload: true,
    disabled: words === undefined,
    withResolver: true,
  });
  if (status !== 'blocked' || !words) return null;
  return <LeaveQuestion words={words} onLeave={proceed} onStay={reset} />;
}

interface LeaveQuestionProps {
  readonly words: LeaveWords;
  readonly onLeave: () => void;
  readonly onStay: () => void;
}

export function LeaveQuestion({ words, onLeave, onStay }: LeaveQuestionProps) {
  return (
    <ConfirmDialog
      title={words.title}
      text={words.text}
      confirmLabel={words.leaveLabel}
      cancelLabel={words.stayLabel}
      onConfirm={onLeave}
      onCancel={onStay}
    />
  );
}

interface Move {
  readonly current: { readonly pathname: string };
  readonly next: { readonly pathname: string };
}

/** Another filter or page of a list stays on the same page. */
function leadsElsewhere({ current, next }: Move): boolean {
  return current.pathname !== next.pathname;
}
