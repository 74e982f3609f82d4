import type { Connections } from './connections.ts';

/** Twice a second, so that each call is rechecked within a second, whenever it began. */
const EVERY_MS = 500;

/**
 * Asks again and again whether the calls under way would still be accepted: a key that is stopped
 * takes its answers, uploads and upgraded connections along. What is over before the next look
 * costs nothing.
 * @param nowMs in milliseconds since 1970
 * @returns what ends it
 */
export function startRechecks(connections: Connections, nowMs: () => number): () => void {
  const timer = setInterval(() => {
    const begunBefore = performance.now() - EVERY_MS;
    for (const { startedAt, ongoing } of connections.underWay()) {
      if (startedAt < begunBefore) ongoing?.recheck(nowMs());
    }
  }, EVERY_MS);
  return () => clearInterval(timer);
}
