/** Requests to addresses that people of an organization choose, kept out of private networks. */

export { type Allowance, AllowanceError, NOTHING_ALLOWED, parseAllowance } from './allowance.ts';
export { findUrlProblem } from './check-url.ts';
export {
  DeliveryProblem,
  type Guard,
  REFUSAL_MS,
  type Resolve,
  resolveHost,
} from './resolve-target.ts';
export { readRetryAfter } from './retry-after.ts';
export { deriveStoredKey, openSecret, sealSecret } from './sealed-secret.ts';
export {
  type GuardedAnswer,
  type GuardedRequest,
  RequestCut,
  type RequestLimits,
  sendGuarded,
} from './send-guarded.ts';
