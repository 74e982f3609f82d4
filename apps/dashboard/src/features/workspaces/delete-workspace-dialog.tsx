import { useQueryClient } from '@tanstack/react-query';
import type { Workspace } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TypedNameField, untypedWords } from '../../components/typed-name-field.tsx';
import { api } from '../../lib/api.ts';
import { counted } from '../../lib/format-count.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { chooseWorkspace, chosenWorkspace } from './chosen-workspace.ts';
import type { WorkspaceDialogProps } from './workspace-action.ts';

/** An empty one goes at once; else it takes along what it holds, so its name is to be typed. */
export function DeleteWorkspaceDialog({ workspace, onClose }: WorkspaceDialogProps) {
  const { id, name } = workspace;
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState('');
  const contents = contentsOf(workspace);
  const isEmpty = contents.length === 0;
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
          ? 'It is empty. This cannot be undone.'
          : `Deleted with it at once: ${contents.join(', ')}. This cannot be undone.`
      }
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Delete workspace"
        blocked={isEmpty ? undefined : untypedWords(typed, name)}
        filled={typed !== ''}
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

function contentsOf({ keysCount, gatewaysCount, joinKeysCount }: Workspace): string[] {
  return [
    ...(keysCount > 0 ? [`${counted(keysCount, 'key')} (revoked ones included)`] : []),
    ...(gatewaysCount > 0 ? [counted(gatewaysCount, 'gateway')] : []),
    ...(joinKeysCount > 0 ? [counted(joinKeysCount, 'join key')] : []),
  ];
}
