import { type Member, OWNER_ROLE_ID } from '@tollkeeper/contract';
import { useRoles } from '../roles/index.ts';
import { useCan, useIdentity } from '../sessions/index.ts';

/**
 * What the person signed in may do to the member. Nobody acts on the owner, on themselves, or on
 * a member whose role holds more than theirs; of a role that they cannot see the server judges.
 */
export function useMemberPermissions(member: Member) {
  const { scopes, member: self } = useIdentity();
  const role = useRoles().find(({ id }) => id === member.roleId);
  const held = new Set(scopes);
  const within =
    member.roleId !== OWNER_ROLE_ID &&
    member.id !== self.id &&
    (role === undefined || role.scopes.every((scope) => held.has(scope)));
  return {
    mayChangeRole: useCan('members.role_change') && within,
    maySuspend: useCan('members.suspend') && within,
    mayRemove: useCan('members.remove') && within,
  };
}
