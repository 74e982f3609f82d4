/** Who a credential is, and what there is to be allowed. */
export { listScopes, whoami } from './whoami.ts';
