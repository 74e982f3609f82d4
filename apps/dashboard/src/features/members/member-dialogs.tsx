import { ChangeRoleDialog } from './change-role-dialog.tsx';
import type { MemberAction } from './member-action.ts';
import { ReinstateDialog } from './reinstate-dialog.tsx';
import { RemoveMemberDialog } from './remove-member-dialog.tsx';
import { SuspendDialog } from './suspend-dialog.tsx';

interface MemberDialogsProps {
  readonly action: MemberAction | undefined;
  readonly onClose: () => void;
}

/** The dialog of the action under way, if any. */
export function MemberDialogs({ action, onClose }: MemberDialogsProps) {
  if (!action) return null;
  const props = { member: action.member, onClose };
  switch (action.kind) {
    case 'role':
      return <ChangeRoleDialog {...props} />;
    case 'suspend':
      return <SuspendDialog {...props} />;
    case 'reinstate':
      return <ReinstateDialog {...props} />;
    case 'remove':
      return <RemoveMemberDialog {...props} />;
  }
}
