import { type FormEvent, type ReactNode, useId } from 'react';
import { BlockedReason, Button } from '../button.tsx';
import { ErrorNotice } from '../notice.tsx';
import { FILLED_FORM, PageLeaveQuestion } from './leave-question.tsx';

interface SettingsFormProps {
  readonly submitLabel?: string;
  /** Why it cannot be saved; undefined where it can. */
  readonly blocked: string | undefined;
  readonly pending: boolean;
  readonly errors: readonly string[];
  readonly onSubmit: (event: FormEvent<HTMLElement>) => void;
  /** Takes the changes back; undefined while there are none. With some, leaving the page asks. */
  readonly onReset: (() => void) | undefined;
  readonly children: ReactNode;
}

/** Settings on a page, saved together. */
export function SettingsForm({
  submitLabel = 'Save changes',
  blocked,
  pending,
  errors,
  onSubmit,
  onReset,
  children,
}: SettingsFormProps) {
  const id = useId();
  return (
    <form onSubmit={onSubmit} noValidate>
      <PageLeaveQuestion words={onReset ? FILLED_FORM : undefined} />
      <div className="flex flex-col gap-5 px-5 pt-2 pb-5">
        {children}
        {/* Beside the button, where the person looks after pressing it. */}
        <ErrorNotice messages={errors} />
      </div>
      <footer className="flex flex-wrap items-center justify-end gap-2 rounded-b-xl border-line border-t bg-canvas px-5 py-3">
        <BlockedReason id={id} reason={blocked} />
        {onReset ? (
          <Button look="quiet" onClick={onReset}>
            Discard changes
          </Button>
        ) : null}
        <Button type="submit" look="primary" blockedBy={blocked && id} pending={pending}>
          {submitLabel}
        </Button>
      </footer>
    </form>
  );
}

/** Why settings cannot be saved as they stand; undefined where they can. */
export function blockedWords(isChanged: boolean, fits: boolean): string | undefined {
  if (!isChanged) return 'Nothing has changed.';
  return fits ? undefined : 'Correct the marked fields first.';
}
