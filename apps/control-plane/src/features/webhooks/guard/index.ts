/** Requests to addresses that people of an organization choose, kept out of private networks. */

export { findUrlProblem } from './check-url.ts';
export { type GuardedAnswer, postGuarded } from './post-guarded.ts';
export { DeliveryProblem, type Guard, type Resolve, resolveHost } from './resolve-target.ts';
export {
  AllowanceError,
  NOTHING_ALLOWED,
  parseAllowance,
  type WebhookAllowance,
} from './webhook-allowance.ts';
