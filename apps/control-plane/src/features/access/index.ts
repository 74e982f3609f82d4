/** Who a credential is, and what there is to be allowed. */
export { listScopes } from './list-scopes.ts';
export { whoami } from './whoami.ts';
