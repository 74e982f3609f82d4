import { networkOf } from './network-of.ts';

/** Bounds how often what strangers try may fail, by address and in all. Success costs nothing. */
export interface FailureThrottle {
  /** Undefined when too much of it has failed; else to be ended with whether it failed. */
  enter(address: string | null): { leave(failed: boolean): void } | undefined;
}

interface FailureLimits {
  readonly windowMs: number;
  readonly perAddressMax: number;
  /** Beyond it, callers that failed within the window wait, and only others may try. */
  readonly totalMax: number;
  /** Addresses that may fail in a window; beyond, everybody waits. Bounds the memory too. */
  readonly addressesMax: number;
  /** Tries of one address at once: they would all begin before the first of them has failed. */
  readonly atOnceMax: number;
}

/**
 * @param now milliseconds of a clock that only moves on
 */
export function createFailureThrottle(limits: FailureLimits, now: () => number): FailureThrottle {
  const atOnce = new Map<string, number>();
  const failures = new Map<string, number>();
  let total = 0;
  let windowEnd = 0;

  function openWindow(): void {
    if (now() < windowEnd) return;
    failures.clear();
    total = 0;
    windowEnd = now() + limits.windowMs;
  }

  function isRefused(source: string): boolean {
    const failed = failures.get(source) ?? 0;
    if (failed >= limits.perAddressMax) return true;
    if ((atOnce.get(source) ?? 0) >= limits.atOnceMax) return true;
    return total >= limits.totalMax && (failed > 0 || failures.size >= limits.addressesMax);
  }

  return {
    enter(address) {
      openWindow();
      const source = networkOf(address);
      if (isRefused(source)) return undefined;
      add(atOnce, source, 1);
      return {
        leave(failed) {
          add(atOnce, source, -1);
          if (!failed) return;
          openWindow();
          total += 1;
          add(failures, source, 1);
        },
      };
    },
  };
}

function add(counts: Map<string, number>, source: string, change: number): void {
  const count = (counts.get(source) ?? 0) + change;
  if (count > 0) counts.set(source, count);
  else counts.delete(source);
}
