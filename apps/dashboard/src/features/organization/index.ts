/** The organization: its settings, its transfer and its end. */
export { OrganizationPage } from './organization-page.tsx';
export { organizationQuery } from './organization-query.ts';
export { PLAN_NAMES } from './plan-names.ts';
