import type { ReactNode } from 'react';
import { toast } from 'sonner';
import { useSubmit } from '../../lib/use-submit.ts';
import { FormDialog } from './form-dialog.tsx';

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
