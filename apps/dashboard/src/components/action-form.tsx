import type { FormEvent, ReactNode } from 'react';
import { Button } from './button.tsx';
import { DialogBody, DialogFooter } from './dialog.tsx';
import { Notice } from './notice.tsx';

interface ActionFormProps {
  readonly submitLabel: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly pending: boolean;
  readonly errors: readonly string[];
  readonly onSubmit: (event: FormEvent) => void;
  readonly onCancel: () => void;
  readonly children: ReactNode;
}

/** The inside of a dialog that asks, and then does one thing. */
export function ActionForm({
  submitLabel,
  danger = false,
  disabled = false,
  pending,
  errors,
  onSubmit,
  onCancel,
  children,
}: ActionFormProps) {
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
        <Button look="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button
          type="submit"
          look={danger ? 'danger' : 'primary'}
          disabled={disabled}
          pending={pending}
        >
          {submitLabel}
        </Button>
      </DialogFooter>
    </form>
  );
}
