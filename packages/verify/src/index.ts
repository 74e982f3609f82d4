/** The decision: whether a presented key may do what it asks. Pure; the clock is an argument. */
export {
  type Decision,
  type DecisionConditions,
  type DecisionRequest,
  decide,
  decideHash,
  effectiveScopes,
} from './decide.ts';
export { putOwner, removeOwner } from './index/key-holders.ts';
export {
  findSecret,
  putSecret,
  removeSecret,
  secretFacts,
  secretSubject,
  secretsCount,
} from './index/key-index.ts';
export { putOrganization } from './index/key-organizations.ts';
export { createKeyIndex, type KeyIndex } from './index/key-store.ts';
export { putKey, removeKey, type WholeKey } from './index/put-key.ts';
export { formatIpAddress, parseIpAddress } from './ip-address.ts';
export {
  formatIpRange,
  type IpRange,
  parseIpRange,
  rangeContains,
  rangeWithin,
} from './ip-range.ts';
export type { KeyFacts, KeyOrganization, KeyOwner, KeySubject } from './key-facts.ts';
export {
  createSecret,
  displayPrefix,
  hashSecret,
  isWellFormed,
  SECRET_PATTERN,
  SECRET_PREFIXES,
  type SecretPrefix,
} from './key-text.ts';
export { redactSecrets } from './redact-secrets.ts';
export {
  includes,
  intersect,
  missing,
  NO_SCOPES,
  type ScopeSet,
  scopeNames,
  scopeSet,
} from './scope-set.ts';
