/** The audit log as people read it. */
export { getAuditEvent, listAuditEvents } from './list-audit-events.ts';
