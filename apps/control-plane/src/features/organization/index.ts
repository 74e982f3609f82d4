/** The organization of the credential. */
export { createOrganization, insertOrganization } from './create-organization.ts';
export { deleteOrganization } from './delete-organization.ts';
export { findNamedOrganization } from './find-named-organization.ts';
export { getOrganization, lockOrganization } from './get-organization.ts';
export { transferByOperator, transferOrganization } from './transfer-organization.ts';
export { updateOrganization } from './update-organization.ts';
