import type { Propagation } from './propagation-words.ts';

const FRESH_MS = 5_000;
const WATCHED_MS = 60_000;

/**
 * When to ask next how far a change has come: often while it is on its way, each second for the
 * first minute, then as often as for all that keys show.
 * @param now milliseconds since 1970, by the server's clock
 */
export function pollMs(propagation: Propagation | undefined, now: number): number | false {
  if (!propagation) return false;
  if (propagation.changedAt === null) return 15_000;
  const ageMs = now - Date.parse(propagation.changedAt);
  const isOnItsWay = propagation.appliedCount < propagation.gatewaysCount;
  if (isOnItsWay && ageMs < FRESH_MS) return 250;
  if (ageMs < WATCHED_MS) return 1_000;
  return isOnItsWay ? 5_000 : 15_000;
}
