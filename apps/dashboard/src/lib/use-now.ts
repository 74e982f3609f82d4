import { useSyncExternalStore } from 'react';
import { serverNow } from './server-clock.ts';

const slow = createTicker(10_000);
const fast = createTicker(1_000);

/**
 * The server's time in milliseconds since 1970, renewed every ten seconds by one timer for the
 * whole page.
 */
export function useNow(): number {
  return useSyncExternalStore(slow.subscribe, slow.read);
}

/** The same, renewed every second. */
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
