/** The organization of the credential. */
export { getOrganization } from './get-organization.ts';
export { setPlan } from './set-plan.ts';
