/** Roles: five built in, and the organization's own. */
export { createRole } from './create-role.ts';
export { deleteRole } from './delete-role.ts';
export { findRole, type KnownRole, listRoles, lockRole } from './list-roles.ts';
export { updateRole } from './update-role.ts';
