/** Roles: five built in, and the organization's own. */

export { deleteRole } from './delete-role.ts';
export { findRole, type KnownRole, listRoles, lockRole } from './list-roles.ts';
export { requireRoleHeld } from './require-role-held.ts';
export { createRole, updateRole } from './save-role.ts';
