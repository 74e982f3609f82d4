/** Who belongs to the organization: what each may do, and whether they may now. */
export { grantableRole } from './grantable-role.ts';
export { listMembers } from './list-members.ts';
export { markSeen } from './mark-seen.ts';
export { reinstateMember } from './reinstate-member.ts';
export { removeMember } from './remove-member.ts';
export { suspendMember } from './suspend-member.ts';
export { updateMember } from './update-member.ts';
