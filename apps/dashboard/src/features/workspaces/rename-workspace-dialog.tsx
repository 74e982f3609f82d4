import { useQueryClient } from '@tanstack/react-query';
import { RenameDialog } from '../../components/rename-dialog.tsx';
import { api } from '../../lib/api.ts';
import { tellAt } from '../../lib/tell-at.ts';
import type { WorkspaceDialogProps } from './workspace-action.ts';
import { workspacesQuery } from './workspaces-query.ts';

export function RenameWorkspaceDialog({ workspace, onClose }: WorkspaceDialogProps) {
  const queryClient = useQueryClient();

  async function rename(name: string): Promise<string> {
    const renaming = api.updateWorkspace({ params: { id: workspace.id }, body: { name } });
    const renamed = await tellAt('name', 'invalid_state', renaming);
    void queryClient.invalidateQueries(workspacesQuery);
    return renamed.name;
  }

  return <RenameDialog what="workspace" name={workspace.name} rename={rename} onClose={onClose} />;
}
