/** Canary keys: API keys that nobody should use, each use of which raises an alarm. */

export { type CanaryCounter, startCanaryCounter } from './canary-counter.ts';
export { recordCanaryUses } from './record-canary-uses.ts';
