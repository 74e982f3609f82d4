import { useSyncExternalStore } from 'react';

/**
 * The server's time, by the Date header of its answers (RFC 9110 6.6.1): "12 seconds ago" refers to
 * moments that its clock wrote down, and the two clocks may be minutes apart.
 */

/** The header counts whole seconds, and the answer took a while: below that they agree. */
const TOLERANCE_MS = 2_000;

let aheadMs = 0;

/** @param now this machine's time, in milliseconds since 1970 */
export function noteServerTime({ headers }: Response, now: number): void {
  const at = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(at)) return;
  aheadMs = Math.abs(at - now) < TOLERANCE_MS ? 0 : at - now;
}

/** Milliseconds since 1970, by the server's clock. */
export function serverNow(): number {
  return Date.now() + aheadMs;
}

const slow = createTicker(10_000);
const fast = createTicker(1_000);

/**
 * The server's time in milliseconds since 1970, renewed every ten seconds by one timer for the
 * whole page.
 */
export function useNow(): number {
  return useSyncExternalStore(slow.subscribe, slow.read);
}

/** The server's time in milliseconds since 1970, renewed every second. */
export function useSecond(): number {
  return useSyncExternalStore(fast.subscribe, fast.read);
}

function createTicker(tickMs: number) {
  const listeners = new Set<() => void>();
  let now = serverNow();
  let timer: ReturnType<typeof setInterval> | undefined;

  function tick(): void {
    now = serverNow();
    for (const listener of listeners) listener();
  }

  return {
    read: () => now,
    subscribe(listener: () => void): () => void {
      if (listeners.size === 0) {
        now = serverNow();
        timer = setInterval(tick, tickMs);
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) clearInterval(timer);
      };
    },
  };
}
