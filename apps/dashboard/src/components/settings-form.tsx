import type { FormEvent, ReactNode } from 'react';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';

interface SettingsFormProps {
  readonly submitLabel?: string;
  readonly disabled: boolean;
  readonly pending: boolean;
  readonly errors: readonly string[];
  readonly onSubmit: (event: FormEvent) => void;
  /** Takes the changes back; undefined while there are none. */
  readonly onReset: (() => void) | undefined;
  readonly children: ReactNode;
}

/** Settings on a page, saved together. */
export function SettingsForm({
  submitLabel = 'Save changes',
  disabled,
  pending,
  errors,
  onSubmit,
  onReset,
  children,
}: SettingsFormProps) {
  return (
    <form onSubmit={onSubmit} noValidate>
      <div className="flex flex-col gap-5 px-5 pt-2 pb-5">
        {children}
        {/* Beside the button, where the person looks after pressing it. */}
        {errors.length > 0 ? (
          <Notice tone="bad" urgent>
            {errors.join(' ')}
          </Notice>
        ) : null}
      </div>
      <footer className="flex flex-wrap justify-end gap-2 rounded-b-xl border-line border-t bg-canvas px-5 py-3">
        {onReset ? (
          <Button look="quiet" onClick={onReset}>
            Discard changes
          </Button>
        ) : null}
        <Button type="submit" look="primary" disabled={disabled} pending={pending}>
          {submitLabel}
        </Button>
      </footer>
    </form>
  );
}
