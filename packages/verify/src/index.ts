/** The decision: whether a presented key may do what it asks. Pure; the clock is an argument. */
export {
  type Decision,
  type DecisionConditions,
  type DecisionRequest,
  decide,
  decideHash,
  effectiveScopes,
  validUntilMs,
} from './decide.ts';
export {
  type CallDecision,
  type CalledRoute,
  decidePolicies,
  type PolicyPlace,
  type PolicySecret,
  principalOf,
  scopesConsidered,
  shadowDenials,
  wouldDeny,
} from './decide-policies.ts';
export type { PathReadings } from './decide-readings.ts';
export { explainPolicies } from './explain-policies.ts';
export { findCanary } from './find-canary.ts';
export { putOwner, removeOwner } from './index/key-holders.ts';
export {
  findSecret,
  putKey,
  putSecret,
  removeKey,
  removeSecret,
  secretFacts,
  secretIdentity,
  secretSubject,
  secretsCount,
  type WholeKey,
} from './index/key-index.ts';
export { putOrganization } from './index/key-organizations.ts';
export { createKeyIndex, type KeyIndex } from './index/key-store.ts';
export { formatIpAddress, parseIpAddress, withoutPort } from './ip-address.ts';
export {
  formatIpRange,
  type IpRange,
  parseIpRange,
  rangeContains,
  rangeWithin,
} from './ip-range.ts';
export type { KeyFacts, KeyIdentity, KeyOrganization, KeyOwner, KeySubject } from './key-facts.ts';
export {
  createSecret,
  displayPrefix,
  hashSecret,
  isWellFormed,
  redactSecrets,
  SECRET_PATTERN,
  SECRET_PREFIXES,
  type SecretPrefix,
} from './key-text.ts';
export { type Claim, type Claimant, claimsOf } from './limits/claim.ts';
export type { LimitSubject, LimitUnit, RateLimit } from './limits/rate-limit.ts';
export { type LimitedStatement, type LimitFault, readLimits } from './limits/read-limits.ts';
export { networkOf } from './network.ts';
export {
  type CompiledPolicies,
  compilePolicies,
  type KeyPolicies,
  type PolicyDecision,
} from './policies/compile-policies.ts';
export {
  callRequest,
  KNOWN_ACTIONS,
  keyEntity,
  type PolicyCall,
  type PolicyKey,
  type PolicyRoute,
  routeEntity,
  SECRET_HEADERS,
} from './policies/entity-model.ts';
export {
  type CountedCall,
  type CountedStatement,
  type PartialOutcome,
  readCountedStatement,
} from './policies/partial-outcome.ts';
export {
  permitAll,
  policiesIn,
  policiesOf,
  preparePolicySteps,
  putPolicy,
  removePolicy,
  usePolicies,
  type WorkspacePolicies,
  withPolicies,
} from './policies/policy-store.ts';
export { UnsupportedPolicyError } from './policies/read-json.ts';
export { policySchema } from './policies/schema.ts';
export { requireCompiled, type StoredPolicy } from './policies/stored-policy.ts';
export { foldCase } from './policies/value.ts';
export { type ConsideredScopes, callNeeds, requestNeeds } from './scope-needs.ts';
export {
  ALL_API_SCOPES,
  hasApiScopes,
  holdsAllApiScopes,
  includes,
  intersect,
  missing,
  NO_SCOPES,
  type ScopeSet,
  scopeNames,
  scopeSet,
  union,
} from './scope-set.ts';
