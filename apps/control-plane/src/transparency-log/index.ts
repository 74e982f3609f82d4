/** The transparency log of each organization's audit events, as the server keeps it. */

export { checkAuditLogs } from './check-integrated.ts';
export { findLog, type PublishedLog } from './find-log.ts';
export { integrateAuditLog, integrateAuditLogs } from './integrate.ts';
export { IntegrityError } from './integrity-error.ts';
export { type LogServices, logOrigin, logSigner, logVerifierKey } from './log-identity.ts';
export { collectCosignatures } from './outside-witnesses/collect-cosignatures.ts';
export { readWitnesses } from './outside-witnesses/witness-record.ts';
export { appendCosignatures, readCosignedCheckpoint } from './read-cosigned-checkpoint.ts';
export { readHashes, readPublishedLogs } from './read-published-logs.ts';
export { readTiles, storedHashes } from './tile-store.ts';
