/** Who belongs to the organization. */
export { listMembers } from './list-members.ts';
