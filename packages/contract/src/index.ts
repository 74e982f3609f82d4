/** The wire: what server, SDK, command line and dashboard agree on. Declares; does nothing. */
export * from './api-key-schemas.ts';
export { type AppliedClaims, appliedStatement } from './applied-statement.ts';
export * from './audit-actions.ts';
export * from './audit-event-schemas.ts';
export * from './channel-kinds.ts';
export * from './chat-destination-schemas.ts';
export * from './compliance-report-schemas.ts';
export * from './dashboard-paths.ts';
export * from './decision.ts';
export * from './errors.ts';
export * from './export-cursor.ts';
export * from './ids.ts';
export * from './leak-schemas.ts';
export * from './log-stream-schemas.ts';
export * from './money.ts';
export * from './nearest-name.ts';
export * from './notification-kinds.ts';
export {
  NOTIFICATIONS_MARKED_MAX,
  type Notification,
  type NotificationDefaults,
  type NotificationPreferences,
} from './notification-schemas.ts';
export * from './openapi.ts';
export * from './pattern-rules.ts';
export type { PolicyRequestInput } from './policy-request.ts';
export {
  DEFAULT_POLICY,
  LIMIT_SUBJECTS,
  LIMIT_UNITS,
  POLICIES_MAX,
  POLICY_MODES,
  POLICY_STATUSES,
  POLICY_TEXT_MAX,
  POLICY_TEXTS_MAX,
  POLICY_VERSIONS_MAX,
  type Policy,
  type PolicyFinding,
  type PolicyLimit,
  type PolicyMode,
  type PolicyStatus,
  type PolicySummary,
  type PolicyVersion,
  type SavedPolicy,
} from './policy-schemas.ts';
export * from './profiles.ts';
export { RECEIPT_TYPE, type Receipt, receipt } from './receipt-schemas.ts';
export * from './relative-time.ts';
export * from './review-campaign-schemas.ts';
export * from './roles.ts';
export * from './route.ts';
export type { Identity, PasskeyAnswer } from './routes/access.ts';
export {
  ACCESS_ADVICE,
  ACCESS_REVIEW_DAYS,
  type AccessAdvice,
  type AccessReview,
  type ReviewedScope,
  SCOPE_USES,
  type ScopeReplay,
  type ScopeUseKind,
} from './routes/access-review.ts';
export { GRACE_SECONDS_MAX, KEY_SORTS, type KeySort } from './routes/api-keys.ts';
export { API_SCOPES_MAX, type DefinedApiScope } from './routes/api-scopes.ts';
export { auditEventFilters } from './routes/audit-events.ts';
export type { AuditLog } from './routes/audit-log.ts';
export { auditRetention, RETENTION_DAYS_MIN } from './routes/audit-retention.ts';
export {
  BILLING_PROVIDERS,
  type Billing,
  type BillingProviderName,
  type KeyLimit,
  NEAR_LIMIT_PERCENT,
  PLAN_CHANGES,
  PLAN_REQUEST_STATUSES,
  type PlanChanges,
  type PlanOffer,
  type PlanPreview,
  type PlanRequest,
} from './routes/billing.ts';
export { BULK_KEYS_MAX } from './routes/bulk-keys.ts';
export {
  CASCADE_KEYS_NAMED_MAX,
  CASCADES_LISTED_MAX,
  type Cascade,
  CREATED_COUNTED_MAX,
  CREATED_NAMED_MAX,
} from './routes/cascade.ts';
export {
  GATEWAY_STATES,
  type Gateway,
  type GatewayState,
  type JoinedGateway,
  joinGateway,
  KEYS_PROPAGATION_MAX,
  type KeyPropagation,
  type KeysPropagation,
  UPSTREAM_STATES,
  type UpstreamState,
} from './routes/gateways.ts';
export * from './routes/index.ts';
export {
  INVITATION_BLOCKS,
  INVITATION_DAYS,
  INVITATION_STATUSES,
  type Invitation,
  type InvitationBlock,
  type InvitationWithLink,
} from './routes/invitations.ts';
export type { Invoice } from './routes/invoices.ts';
export {
  JOIN_KEY_BLOCKS,
  JOIN_KEY_DEFAULTS,
  JOIN_KEY_LIFETIME_SECONDS_MAX,
  JOIN_KEY_STATUSES,
  JOIN_KEY_USES_MAX,
  type JoinKey,
  type JoinKeyBlock,
  type JoinKeyWithSecret,
} from './routes/join-keys.ts';
export { MEMBER_STATUSES, type Member } from './routes/members.ts';
export { DAYS_MAX, PLAN_KEYS_MAX, PLANS, type Plan } from './routes/organization.ts';
export { PASSWORD_RESET_MINUTES } from './routes/password-resets.ts';
export type { PolicyPropagation } from './routes/policies.ts';
export { type PolicyReplay, type PolicyUsage, REPLAYED_KEYS_MAX } from './routes/policy-usage.ts';
export type { Role } from './routes/roles.ts';
export {
  SECURITY_EFFECTS,
  SECURITY_PREVIEW_ITEMS_MAX,
  type SecurityEffect,
  type SecuritySettings,
  type StoredSecuritySettings,
} from './routes/security.ts';
export {
  POLICY_EFFECTS,
  type PolicyEffect,
  type PolicySimulation,
  type SimulatedPolicy,
} from './routes/simulate-policies.ts';
export {
  USAGE_BUCKET_SECONDS,
  USAGE_PERIODS,
  type Usage,
  type UsagePeriod,
} from './routes/usage.ts';
export { ENVIRONMENTS, type Workspace } from './routes/workspaces.ts';
export * from './scopes.ts';
export * from './session.ts';
export * from './tags.ts';
export * from './text.ts';
export * from './variables.ts';
export * from './webhook-schemas.ts';
