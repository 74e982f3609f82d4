import { type ReactNode, useId } from 'react';
import { toast } from 'sonner';
import { type Edited, useEdit } from '../../lib/use-edit.ts';
import { type FormState, useSubmit } from '../../lib/use-submit.ts';
import { BlockedReason, Button } from '../button.tsx';
import { EditConflict, type RecordFields } from '../field-changes.tsx';
import { ErrorNotice, LoadError } from '../notice.tsx';
import { Skeleton } from '../page.tsx';
import { Dialog, DialogBody, DialogFooter, type DialogProps, useUnsaved } from './dialog.tsx';
import { LineField } from './line-field.tsx';

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

interface DialogLoadingProps {
  readonly what: string;
  readonly error: Error | null;
  readonly onRetry: () => void;
}

/** In a dialog, until what its form offers has loaded. */
export function DialogLoading({ error, ...props }: DialogLoadingProps) {
  return (
    <DialogBody>
      {error ? <LoadError error={error} {...props} /> : <Skeleton className="h-96 w-full" />}
    </DialogBody>
  );
}

interface ConfirmDialogProps {
  readonly title: string;
  readonly description: string;
  readonly confirmLabel: string;
  readonly danger?: boolean;
  /** Resolves once it is done; a refusal is shown in the dialog, which stays open. */
  readonly onConfirm: () => Promise<unknown>;
  /** What the toast then says: "Suspended Ada Lovelace". */
  readonly done: string;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** Asks whether to do something, and does it. */
export function ConfirmDialog({ confirmLabel, onConfirm, done, ...dialog }: ConfirmDialogProps) {
  const form = useSubmit([], async () => {
    await onConfirm();
    toast.success(done);
    dialog.onClose();
  });
  return <FormDialog {...dialog} submitLabel={confirmLabel} form={form} />;
}

interface RenameDialogProps<R> {
  /** What is renamed: "gateway". */
  readonly what: string;
  /** As it is listed; what the dialog shows is how it was when the dialog opened. */
  readonly record: R;
  /** All that an edit of the record can set, in words. */
  readonly fieldsOf: (record: R) => RecordFields;
  readonly readAgain: () => Promise<R | undefined>;
  readonly rename: (to: { name: string; etag: string }) => Promise<{ readonly name: string }>;
  readonly onClose: () => void;
}

export function RenameDialog<R extends Edited & { readonly name: string }>({
  what,
  record,
  fieldsOf,
  readAgain,
  rename,
  onClose,
}: RenameDialogProps<R>) {
  const { base, draft, setDraft, replaced, save } = useEdit(
    record,
    ({ name }) => ({ name }),
    readAgain,
  );
  const form = useSubmit(['name'], async () => {
    const renamed = await save((etag) => rename({ name: draft.name.trim(), etag }));
    if (!renamed) return;
    toast.success(`Renamed to ${renamed.name}`);
    onClose();
  });
  return (
    <FormDialog
      title={`Rename ${what}`}
      submitLabel="Rename"
      blocked={blockedWords(draft.name, base.name)}
      filled={draft.name !== base.name}
      form={form}
      onClose={onClose}
    >
      <EditConflict
        title={`This ${what} was changed since you opened it`}
        submitLabel="Rename"
        replaced={replaced}
        base={base}
        fieldsOf={fieldsOf}
      />
      <LineField
        label="Name"
        lengthMax={64}
        error={form.errors.fields.name}
        value={draft.name}
        onFocus={(event) => event.target.select()}
        onValue={(name) => setDraft(() => ({ name }))}
      />
    </FormDialog>
  );
}

function blockedWords(name: string, before: string): string | undefined {
  if (name.trim() === '') return 'Enter a name.';
  return name === before ? 'The name is unchanged.' : undefined;
}
