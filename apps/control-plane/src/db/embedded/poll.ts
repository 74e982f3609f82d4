import { setTimeout as delay } from 'node:timers/promises';

/** Repeats `attempt` until it gives a value; undefined once `timeoutMs` have passed without one. */
export async function poll<T>(
  attempt: () => T | undefined | Promise<T | undefined>,
  timeoutMs: number,
  everyMs = 10,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await attempt();
    if (value !== undefined) return value;
    if (performance.now() > deadline) return undefined;
    await delay(everyMs);
  }
}
