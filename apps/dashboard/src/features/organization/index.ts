/** The organization, its members and workspaces: read-only facts, and the lists that filters offer. */
export { membersQuery } from './members-query.ts';
export { OrganizationPage } from './organization-page.tsx';
export { PLAN_NAMES } from './plan-names.ts';
export { workspacesQuery } from './workspaces-query.ts';
