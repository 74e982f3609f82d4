/** Who belongs to the organization: what each may do, and whether they may now. */

export { listMembers, markSeen } from './list-members.ts';
export { removeMember } from './remove-member.ts';
export { grantableRole, reinstateMember, suspendMember, updateMember } from './update-member.ts';
