/** The audit log as a transparency log: what it takes to verify it. */
export { getAuditCheckpoint, getAuditLog } from './get-audit-log.ts';
export { getAuditProof } from './get-audit-proof.ts';
export { getAuditTile } from './get-audit-tile.ts';
