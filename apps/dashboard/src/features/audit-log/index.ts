/** The audit log: the list, which follows what happens, and the page of one event. */
export { AuditEventPage } from './event/audit-event-page.tsx';
export { AuditLogPage } from './list/audit-log-page.tsx';
