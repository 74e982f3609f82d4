import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { isTyped, TypedNameField } from '../../components/typed-name-field.tsx';
import { api } from '../../lib/api.ts';
import { counted } from '../../lib/format-count.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { chooseWorkspace, chosenWorkspace } from './chosen-workspace.ts';
import type { WorkspaceDialogProps } from './workspace-action.ts';

/** An empty one goes at once; one with keys takes them along, so its name is to be typed. */
export function DeleteWorkspaceDialog({ workspace, onClose }: WorkspaceDialogProps) {
  const { id, name, keysCount } = workspace;
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState('');
  const isEmpty = keysCount === 0;
  const { pending, errors, submit } = useSubmit(['name'], async () => {
    await api.deleteWorkspace({ params: { id }, body: isEmpty ? {} : { name } });
    toast.success(`Deleted ${name}`);
    if (chosenWorkspace() === id) chooseWorkspace(undefined);
    onClose();
    await queryClient.invalidateQueries();
  });
  return (
    <Dialog
      title={`Delete ${name}?`}
      description={
        isEmpty
          ? 'It holds no key. This cannot be undone.'
          : `${counted(keysCount, 'key')} in it, revoked ones included, ${keysCount === 1 ? 'is' : 'are'} deleted with it and refused at once. This cannot be undone.`
      }
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Delete workspace"
        disabled={!isEmpty && !isTyped(typed, name)}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        {isEmpty ? null : (
          <TypedNameField
            what="workspace"
            name={name}
            typed={typed}
            error={errors.fields.name}
            onTyped={setTyped}
          />
        )}
      </ActionForm>
    </Dialog>
  );
}
