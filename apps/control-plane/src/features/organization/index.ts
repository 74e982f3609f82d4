/** The organization of the credential. */
export { createOrganization } from './create-organization.ts';
export { deleteOrganization } from './delete-organization.ts';
export { getOrganization } from './get-organization.ts';
export { insertOrganization } from './insert-organization.ts';
export { lockOrganization } from './organization-view.ts';
export { setPlan } from './set-plan.ts';
export { transferByOperator } from './transfer-by-operator.ts';
export { transferOrganization } from './transfer-organization.ts';
export { updateOrganization } from './update-organization.ts';
