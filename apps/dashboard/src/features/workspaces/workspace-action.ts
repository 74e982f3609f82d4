import type { Workspace } from '@tollkeeper/contract';

/** What the person has begun to do to a workspace. */
export type WorkspaceAction =
  | { readonly kind: 'create' }
  | { readonly kind: 'rename' | 'delete'; readonly workspace: Workspace };

export interface WorkspaceDialogProps {
  readonly workspace: Workspace;
  readonly onClose: () => void;
}
