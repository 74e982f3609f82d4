/** The fleet protocol: what control plane and gateways send each other over one WebSocket. */

export { checkPart, decodePart, readEntries } from './codec/decode-part.ts';
export { encodePart, encodeParts } from './codec/encode-part.ts';
export {
  CANARY_RETIRED_MS,
  type Entry,
  type KeyEntry,
  type KeyRemovedEntry,
  type KeySecret,
  type OrganizationEntry,
  type OwnerEntry,
  type OwnerRemovedEntry,
  type PolicyEntry,
  type PolicyRemovedEntry,
} from './codec/entry.ts';
export { type Format, formatOf, PartError, partFormat } from './codec/part-format.ts';
export {
  type SignedApplied,
  signApplied,
  verifyApplied,
} from './messages/applied.ts';
export { type Downward, type DownwardOf, downward } from './messages/downward.ts';
export {
  type Hello,
  type HelloClaims,
  hello,
  instanceId,
  type Position,
  position,
  signHello,
  verifyHello,
} from './messages/hello.ts';
export {
  formatScopeNeeds,
  parseScopeNeeds,
  SCOPE_NEEDS,
  type ScopeNeeds,
  UNKNOWN_NEEDS,
} from './messages/scope-needs.ts';
export {
  CANARY_IP_MAX,
  CANARY_USER_AGENT_MAX,
  type CallKind,
  type CanaryUse,
  COUNTED_METHODS,
  COUNTED_ROUTE,
  type FleetUpstream,
  type FleetUsageRow,
  type GatewayHealth,
  KEY_NETWORKS_MAX,
  type KeyNetwork,
  REJECT_REASONS,
  type RejectReason,
  SCOPE_NEEDS_MAX,
  type ShadowDenials,
  UPSTREAM_URL_MAX,
  UPSTREAMS_MAX,
  type Upward,
  type UpwardOf,
  upward,
} from './messages/upward.ts';
export {
  CHECKPOINT_LENGTH_MAX,
  WITNESS_ALARMS,
  type WitnessAlarm,
  type WitnessAlarmKind,
} from './messages/witness.ts';
export * from './protocol-version.ts';
export { type Frame, FrameError, openFrame, sealFrame } from './signatures/frame.ts';
export {
  createIdentity,
  deriveAuditLogKey,
  deriveSigningKey,
  identityText,
  publicKeyText,
  readIdentity,
  readPublicKey,
} from './signatures/keys.ts';
