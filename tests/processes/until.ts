import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 20;

/**
 * Repeats `attempt` until it gives something other than false or undefined.
 * @throws Error naming `what`, once `timeoutMs` have passed
 */
export async function until<T>(
  what: string,
  attempt: () => T | Promise<T>,
  timeoutMs = 60_000,
): Promise<Exclude<T, false | undefined>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await attempt();
    if (isGiven(value)) return value;
    if (performance.now() > deadline) throw new Error(`Not in ${timeoutMs} ms: ${what}`);
    await delay(EVERY_MS);
  }
}

function isGiven<T>(value: T): value is Exclude<T, false | undefined> {
  return value !== false && value !== undefined;
}
