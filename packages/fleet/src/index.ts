/** The fleet protocol: its bytes for both ends, and the gateway's half of it. */

export * from './authorize/index.ts';
export { systemClock } from './clock.ts';
export type { CallSubject, Fleet, FleetStatus, NoKeys, WorkspaceKeys } from './fleet.ts';
export { FleetError, type FleetErrorCode } from './fleet-error.ts';
export type { FleetOptions } from './fleet-options.ts';
export type { Log } from './log.ts';
export { LINES_OMITTED, limitLines, logText } from './log-limits.ts';
export { startFleet } from './start-fleet.ts';
export { makeFolder } from './state-folder/index.ts';
export { addCalls, type CallCounts, countCall, noCalls } from './usage/index.ts';
export { applyPart } from './wire/apply-part.ts';
export { decodePart } from './wire/decode-part.ts';
export { encodePart, encodeParts } from './wire/encode-part.ts';
export type {
  Entry,
  KeyEntry,
  KeyRemovedEntry,
  OrganizationEntry,
  OwnerEntry,
  OwnerRemovedEntry,
} from './wire/entry.ts';
export { type Frame, FrameError, openFrame, sealFrame } from './wire/frame.ts';
export { signHello, verifyHello } from './wire/hello-signature.ts';
export {
  createIdentity,
  deriveSigningKey,
  identityText,
  publicKeyText,
  readIdentity,
  readPublicKey,
} from './wire/keys.ts';
export { PartError } from './wire/part-format.ts';
export {
  createWorkerFleet,
  type Worker,
  type WorkerCommand,
  type WorkerFleet,
  type WorkerHealth,
  type Workers,
} from './workers/index.ts';
