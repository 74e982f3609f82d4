/** API keys: issued, shown, changed, stopped and counted; a file for each verb. */
export { disableKeys, enableKeys, revokeKeys } from './bulk-change.ts';
export { findCeiling } from './ceiling.ts';
export { createKey } from './create-key.ts';
export { deleteKey } from './delete-key.ts';
export { disableKey, enableKey } from './disable-key.ts';
export { earliest, lifetimeEnd } from './expiry-rules.ts';
export { getCreated, getKeysCreated } from './get-created.ts';
export { getKey } from './get-key.ts';
export { getKeyStats } from './get-key-stats.ts';
export { keyFacts } from './key-view.ts';
export { listKeys } from './list-keys.ts';
export { parseAllowedIps } from './parse-allowed-ips.ts';
export { requirePlaceInPlan } from './plan-limit.ts';
export { revokeKey } from './revoke-key.ts';
export { rotateKey } from './rotate-key.ts';
export { disablesAt, isUnused, nextUnusedRun, UNUSED_RUN } from './unused-rule.ts';
export { updateKey } from './update-key.ts';
export { verifyKey, verifyNow } from './verify-key.ts';
