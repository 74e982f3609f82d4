/** Who an instance is: its key pair, and what the control plane said when it joined. */
export { removeIdentity } from './identity-file.ts';
export { type Identity, openIdentity } from './open-identity.ts';
