import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ActionForm } from '../../../components/action-form.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { isTyped, TypedNameField, untypedWords } from '../../../components/typed-name-field.tsx';
import { api } from '../../../lib/api.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { keptQuery, refreshKeys } from '../key-queries.ts';
import { tellChange } from '../propagation/tell-change.tsx';
import type { KeyDialogProps } from './key-dialog-props.ts';
import { useCascade } from './use-cascade.tsx';

interface DeleteKeyDialogProps extends KeyDialogProps {
  readonly onDeleted: (() => void) | undefined;
}

/** Deleting cannot be undone, so it asks for the name to be typed. */
export function DeleteKeyDialog({ apiKey, onClose, onDeleted }: DeleteKeyDialogProps) {
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState('');
  const { cascade, keepMembers, blocked, field } = useCascade([apiKey.id], false);
  const { pending, errors, submit } = useSubmit([], async () => {
    if (!isTyped(typed, apiKey.name)) return;
    await api.deleteKey({
      params: { id: apiKey.id },
      query: { cascade: cascade ? 'true' : 'false', ...keptQuery(keepMembers) },
    });
    tellChange({
      title: `Deleted ${apiKey.name}${cascade ? ' and everything it created or rotated' : ''}`,
      keyIds: [apiKey.id],
      done: 'It is refused everywhere from now on.',
    });
    onClose();
    onDeleted?.();
    queryClient.removeQueries({ queryKey: ['keys', 'detail', apiKey.id] });
    await refreshKeys(queryClient);
  });
  return (
    <Dialog
      title={`Delete ${apiKey.name} permanently?`}
      description="The key stops working at once, and its record is deleted. Only the audit log and the counts keep a trace of it. This cannot be undone."
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Delete permanently"
        blocked={untypedWords(typed, apiKey.name) ?? blocked}
        filled={typed !== ''}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <TypedNameField what="key" name={apiKey.name} typed={typed} onTyped={setTyped} />
        {field}
      </ActionForm>
    </Dialog>
  );
}
