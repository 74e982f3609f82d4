import { CreateWorkspaceDialog } from './create-workspace-dialog.tsx';
import { DeleteWorkspaceDialog } from './delete-workspace-dialog.tsx';
import { RenameWorkspaceDialog } from './rename-workspace-dialog.tsx';
import type { WorkspaceAction } from './workspace-action.ts';

interface WorkspaceDialogsProps {
  readonly action: WorkspaceAction | undefined;
  readonly onClose: () => void;
}

/** The dialog of the action under way, if any. */
export function WorkspaceDialogs({ action, onClose }: WorkspaceDialogsProps) {
  switch (action?.kind) {
    case undefined:
      return null;
    case 'create':
      return <CreateWorkspaceDialog onClose={onClose} />;
    case 'rename':
      return <RenameWorkspaceDialog workspace={action.workspace} onClose={onClose} />;
    case 'delete':
      return <DeleteWorkspaceDialog workspace={action.workspace} onClose={onClose} />;
  }
}
