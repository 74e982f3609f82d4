import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS_MIN = 10;
const EVERY_MS_MAX = 100;
/** Of the time that has passed: what takes long is asked less often, and seen little later. */
const EVERY_SHARE = 0.05;

/**
 * Repeats `attempt` until it gives something other than false or undefined.
 * @throws Error naming `what`, once `timeoutMs` have passed
 */
export async function until<T>(
  what: string,
  attempt: () => T | Promise<T>,
  timeoutMs = 60_000,
): Promise<Exclude<T, false | undefined>> {
  const startedAt = performance.now();
  for (;;) {
    const value = await attempt();
    if (isGiven(value)) return value;
    const passedMs = performance.now() - startedAt;
    if (passedMs > timeoutMs) throw new Error(`Not in ${timeoutMs} ms: ${what}`);
    await delay(Math.min(EVERY_MS_MAX, Math.max(EVERY_MS_MIN, passedMs * EVERY_SHARE)));
  }
}

function isGiven<T>(value: T): value is Exclude<T, false | undefined> {
  return value !== false && value !== undefined;
}
