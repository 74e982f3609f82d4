/** The audit log as people read it. */

export { addSegments } from './add-segments.ts';
export { exportAuditEvents } from './export/export-audit-events.ts';
export { stopExports } from './export/running-exports.ts';
export { findEvents } from './find-events.ts';
export { getAuditEvent, listAuditEvents } from './list-audit-events.ts';
export { updateAuditLog } from './retention/update-audit-log.ts';
