/** The fleet protocol: its bytes for both ends, and the gateway's half of it. */
export type { CallSubject, Fleet, FleetStatus, NoKeys, WorkspaceKeys } from './fleet.ts';
export { type Frame, FrameError, openFrame, sealFrame } from './wire/frame.ts';
export { type HelloProof, signHello, verifyHello } from './wire/hello-signature.ts';
export {
  createIdentity,
  deriveSigningKey,
  identityText,
  publicKeyText,
  readIdentity,
  readPublicKey,
} from './wire/keys.ts';
