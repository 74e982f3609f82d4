import type { Member } from '@tollkeeper/contract';
import { CirclePause, CirclePlay, ShieldCheck, UserMinus } from 'lucide-react';
import { MenuItem, MenuSeparator } from '../../components/menu.tsx';
import { RecordMenu } from '../../components/record-menu.tsx';
import type { MemberAction } from './member-action.ts';
import { useMemberPermissions } from './use-member-permissions.ts';

interface MemberMenuProps {
  readonly member: Member;
  readonly onAction: (action: MemberAction) => void;
}

/** What can be done to the member; nothing to the owner, oneself, or one who holds more. */
export function MemberMenu({ member, onAction }: MemberMenuProps) {
  const { mayChangeRole, maySuspend, mayRemove } = useMemberPermissions(member);
  if (!mayChangeRole && !maySuspend && !mayRemove) return null;
  const begin = (kind: MemberAction['kind']) => () => onAction({ kind, member });
  return (
    <RecordMenu name={member.name}>
      {mayChangeRole ? (
        <MenuItem icon={<ShieldCheck size={15} aria-hidden />} onSelect={begin('role')}>
          Change role…
        </MenuItem>
      ) : null}
      {maySuspend && member.status === 'active' ? (
        <MenuItem icon={<CirclePause size={15} aria-hidden />} onSelect={begin('suspend')}>
          Suspend…
        </MenuItem>
      ) : null}
      {maySuspend && member.status === 'suspended' ? (
        <MenuItem icon={<CirclePlay size={15} aria-hidden />} onSelect={begin('reinstate')}>
          Reinstate…
        </MenuItem>
      ) : null}
      {mayRemove ? (
        <>
          <MenuSeparator />
          <MenuItem danger icon={<UserMinus size={15} aria-hidden />} onSelect={begin('remove')}>
            Remove…
          </MenuItem>
        </>
      ) : null}
    </RecordMenu>
  );
}
