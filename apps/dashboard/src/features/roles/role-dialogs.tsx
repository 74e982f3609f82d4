import { DeleteRoleDialog } from './delete-role-dialog.tsx';
import type { RoleAction } from './role-action.ts';
import { RoleFormDialog } from './role-form-dialog.tsx';
import { ViewRoleDialog } from './view-role-dialog.tsx';

interface RoleDialogsProps {
  readonly action: RoleAction | undefined;
  readonly onClose: () => void;
}

/** The dialog of the action under way, if any. */
export function RoleDialogs({ action, onClose }: RoleDialogsProps) {
  switch (action?.kind) {
    case undefined:
      return null;
    case 'create':
      return <RoleFormDialog onClose={onClose} />;
    case 'edit':
      return <RoleFormDialog role={action.role} onClose={onClose} />;
    case 'view':
      return <ViewRoleDialog role={action.role} onClose={onClose} />;
    case 'delete':
      return <DeleteRoleDialog role={action.role} onClose={onClose} />;
  }
}
