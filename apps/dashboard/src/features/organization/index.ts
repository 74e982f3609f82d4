/** The organization: its settings, its transfer and its end. */
export { OrganizationPage, PLAN_NAMES } from './organization-page.tsx';
export { organizationQuery } from './queries.ts';
