/** Who belongs to the organization: what each may do, and whether they may now. */
export { grantableRole } from './grantable-role.ts';
export { listMembers, markSeen } from './list-members.ts';
export { removeMember } from './remove-member.ts';
export { reinstateMember, suspendMember } from './suspend-member.ts';
export { updateMember } from './update-member.ts';
