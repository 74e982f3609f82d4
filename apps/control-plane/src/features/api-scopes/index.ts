/** Scopes that the organization defines for its own APIs. */
export { deleteApiScope } from './delete-api-scope.ts';
export { listApiScopes } from './list-api-scopes.ts';
export { createApiScope, updateApiScope } from './save-api-scope.ts';
