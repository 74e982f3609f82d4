/** API keys: issued, shown, changed, stopped and counted; a file for each verb. */
export { findCeiling } from './ceiling.ts';
export { createKey } from './create-key.ts';
export { deleteKey } from './delete-key.ts';
export { disableKey } from './disable-key.ts';
export { enableKey } from './enable-key.ts';
export { getCreated } from './get-created.ts';
export { getKey } from './get-key.ts';
export { getKeyStats } from './get-key-stats.ts';
export { earliest, lifetimeEnd } from './key-lifetime.ts';
export { keyFacts } from './key-view.ts';
export { listKeys } from './list-keys.ts';
export { parseAllowedIps } from './parse-allowed-ips.ts';
export { requirePlaceInPlan } from './plan-limit.ts';
export { revokeKey } from './revoke-key.ts';
export { rotateKey } from './rotate-key.ts';
export { disablesAt, isUnused, nextUnusedRun, UNUSED_RUN } from './unused-rule.ts';
export { updateKey } from './update-key.ts';
export { verifyKey, verifyNow } from './verify-key.ts';
