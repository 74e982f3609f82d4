import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { LineField } from '../../components/line-field.tsx';
import { api } from '../../lib/api.ts';
import { tellAt } from '../../lib/tell-at.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import type { WorkspaceDialogProps } from './workspace-action.ts';
import { workspacesQuery } from './workspaces-query.ts';

export function RenameWorkspaceDialog({ workspace, onClose }: WorkspaceDialogProps) {
  const queryClient = useQueryClient();
  const [name, setName] = useState(workspace.name);
  const { pending, errors, submit } = useSubmit(['name'], async () => {
    const params = { id: workspace.id };
    const renaming = api.updateWorkspace({ params, body: { name: name.trim() } });
    const renamed = await tellAt('name', 'invalid_state', renaming);
    toast.success(`Renamed to ${renamed.name}`);
    onClose();
    await queryClient.invalidateQueries(workspacesQuery);
  });
  return (
    <Dialog title="Rename workspace" onClose={onClose}>
      <ActionForm
        submitLabel="Rename"
        disabled={name.trim() === '' || name === workspace.name}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <LineField
          label="Name"
          maxLength={64}
          error={errors.fields.name}
          value={name}
          onFocus={(event) => event.target.select()}
          onValue={setName}
        />
      </ActionForm>
    </Dialog>
  );
}
