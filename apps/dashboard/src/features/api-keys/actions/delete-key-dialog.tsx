import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { Dialog } from '../../../components/dialog.tsx';
import { Field } from '../../../components/field.tsx';
import { TextInput } from '../../../components/text-input.tsx';
import { api } from '../../../lib/api.ts';
import { refreshKeys } from '../key-queries.ts';
import { ActionForm } from '../../../components/action-form.tsx';
import type { KeyDialogProps } from './rename-key-dialog.tsx';
import { useSubmit } from '../../../lib/use-submit.ts';

interface DeleteKeyDialogProps extends KeyDialogProps {
  readonly onDeleted: (() => void) | undefined;
}

/** Deleting cannot be undone, so it asks for the name to be typed. */
export function DeleteKeyDialog({ apiKey, onClose, onDeleted }: DeleteKeyDialogProps) {
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState('');
  const { pending, errors, submit } = useSubmit([], async () => {
    if (typed.trim() !== apiKey.name.trim()) return;
    await api.deleteKey({ params: { id: apiKey.id } });
    toast.success(`Deleted ${apiKey.name}`);
    onClose();
    onDeleted?.();
    queryClient.removeQueries({ queryKey: ['keys', 'detail', apiKey.id] });
    await refreshKeys(queryClient);
  });
  return (
    <Dialog
      title={`Delete ${apiKey.name} permanently?`}
      description="The key stops working at once, and its record goes with it. Only the audit log and the counts remember it. This cannot be undone."
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Delete permanently"
        disabled={typed.trim() !== apiKey.name.trim()}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <Field
          label="Type the name of the key"
          hint={
            <>
              Type <strong className="font-medium text-ink">{apiKey.name}</strong> to confirm.
            </>
          }
        >
          {(control) => (
            <TextInput
              {...control}
              autoComplete="off"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
      </ActionForm>
    </Dialog>
  );
}
