import { type FormEvent, type ReactNode, useId } from 'react';
import { BlockedReason } from './blocked-reason.tsx';
import { Button } from './button.tsx';
import { DialogBody, DialogFooter, useUnsaved } from './dialog.tsx';
import { Notice } from './notice.tsx';

interface ActionFormProps {
  readonly submitLabel: string;
  readonly danger?: boolean;
  /** Why it cannot be submitted yet. */
  readonly blocked?: string | undefined;
  /** It holds what closing the dialog would lose. */
  readonly filled: boolean;
  readonly pending: boolean;
  readonly errors: readonly string[];
  readonly onSubmit: (event: FormEvent<HTMLElement>) => void;
  readonly onCancel: () => void;
  readonly children: ReactNode;
}

/** The inside of a dialog that asks, and then does one thing. */
export function ActionForm({
  submitLabel,
  danger = false,
  blocked,
  filled,
  pending,
  errors,
  onSubmit,
  onCancel,
  children,
}: ActionFormProps) {
  const id = useId();
  useUnsaved(filled);
  return (
    <form onSubmit={onSubmit} className="flex min-h-0 flex-col">
      <DialogBody>
        {errors.length > 0 ? (
          <Notice tone="bad" urgent>
            {errors.join(' ')}
          </Notice>
        ) : null}
        {children}
      </DialogBody>
      <DialogFooter>
        <BlockedReason id={id} reason={blocked} />
        <Button look="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button
          type="submit"
          look={danger ? 'danger' : 'primary'}
          blockedBy={blocked && id}
          pending={pending}
        >
          {submitLabel}
        </Button>
      </DialogFooter>
    </form>
  );
}
