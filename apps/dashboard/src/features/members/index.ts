/** Members: who belongs to the organization, with which role, and what can be done about it. */
export { MembersPage } from './members-page.tsx';
export { membersQuery } from './queries.ts';
