/** Roles: named sets of scopes, five built in and any number of custom ones. */

export { useGrantableRoles, useRoles } from './queries.ts';
export { RoleField } from './role-field.tsx';
export { RolesPage } from './roles-page.tsx';
