/** The audit log as people read it. */

export { addSegments } from './add-segments.ts';
export { csvRow } from './export/event-csv.ts';
export { lineWriter } from './export/event-lines.ts';
export { exportAuditEvents } from './export/export-audit-events.ts';
export { searchOf } from './export/find-window.ts';
export { readEvents } from './export/read-events.ts';
export { beginExport, endExport, stopExports } from './export/running-exports.ts';
export { type Chunk, emptyExport, streamExport } from './export/stream-export.ts';
export { findEvents } from './find-events.ts';
export { getAuditEvent, listAuditEvents } from './list-audit-events.ts';
export { updateAuditLog } from './retention/update-audit-log.ts';
