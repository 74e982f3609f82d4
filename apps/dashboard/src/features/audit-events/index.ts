/** Audit events: what each is in words, how they are filtered, and those of one record. */

export { ACTION_GROUPS } from './action-groups.ts';
export {
  type AuditSearch,
  auditFilters,
  isAuditFiltered,
  parseAuditSearch,
  refineAuditSearch,
  SPANS,
  type Span,
} from './audit-search.ts';
export { EventLink } from './event-link.tsx';
export {
  actionWords,
  actorKindWords,
  actorWords,
  TARGET_WORDS,
} from './event-words.ts';
export { OwnEvents, OwnEventsPanel } from './own-events.tsx';
export {
  type AuditPageOfList,
  auditEventQuery,
  auditListQuery,
  FOLLOWED_MAX,
  followQuery,
} from './queries.ts';
export { ReceiptButton } from './receipt-button.tsx';
