/** Roles: named sets of scopes, five built in and any number of custom ones. */
export { RoleField } from './role-field.tsx';
export { RolesPage } from './roles-page.tsx';
export { useGrantableRoles, useRoles } from './use-roles.ts';
