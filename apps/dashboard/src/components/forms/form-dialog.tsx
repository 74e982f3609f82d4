import { type ReactNode, useId } from 'react';
import type { FormState } from '../../lib/use-submit.ts';
import { BlockedReason, Button } from '../button.tsx';
import { ErrorNotice } from '../notice.tsx';
import { Dialog, DialogBody, DialogFooter, type DialogProps, useUnsaved } from './dialog.tsx';

interface DialogFormProps {
  readonly form: FormState;
  readonly submitLabel: string;
  readonly danger?: boolean;
  /** Why it cannot be submitted yet. */
  readonly blocked?: string | undefined;
  /** It holds what closing the dialog would lose. */
  readonly filled?: boolean;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

type FormDialogProps = DialogFormProps & Omit<DialogProps, 'closable' | 'children'>;

/** A dialog that is one form: it asks, and then does one thing. */
export function FormDialog({
  title,
  description,
  width = 'narrow',
  closesOutside = true,
  onReturnFocus,
  ...form
}: FormDialogProps) {
  return (
    <Dialog
      title={title}
      description={description}
      width={width}
      closesOutside={closesOutside}
      {...(onReturnFocus ? { onReturnFocus } : {})}
      onClose={form.onClose}
    >
      <DialogForm {...form} />
    </Dialog>
  );
}

/** The form alone, for a dialog that first loads what the form offers. */
export function DialogForm({
  form: { pending, errors, submit },
  submitLabel,
  danger = false,
  blocked,
  filled = false,
  onClose,
  children,
}: DialogFormProps) {
  const id = useId();
  useUnsaved(filled);
  return (
    <form onSubmit={submit} className="flex min-h-0 flex-col">
      <DialogBody>
        <ErrorNotice messages={errors.form} />
        {children}
      </DialogBody>
      <DialogFooter>
        <BlockedReason id={id} reason={blocked} />
        <Button look="quiet" onClick={onClose}>
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
