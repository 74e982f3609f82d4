import type { Clock } from '../clock.ts';

/** Since when the control plane has not confirmed what an instance decides with. */
export interface Freshness {
  /**
   * The control plane says that the version is the current one. True unless it said so before:
   * whoever repeats an old message makes nothing younger.
   */
  confirm(issuedAtMs: number): boolean;
  /** In milliseconds; null when it never did. */
  ageMs(): number | null;
  /** What a later process needs to go on from. */
  state(): Confirmed;
  restore(confirmed: Confirmed): void;
  /** As another process of this machine knows it. @param ageMs at this moment; null is never */
  adopt(confirmed: Confirmed, ageMs: number | null): void;
  clear(): void;
}

export interface Confirmed {
  /** When the newest confirmation was made, by the control plane's clock; 0 for never. */
  readonly issuedAtMs: number;
  /** When it came here, by this machine's clock on the wall; 0 for never. */
  readonly confirmedAtMs: number;
}

const NEVER: Confirmed = { issuedAtMs: 0, confirmedAtMs: 0 };

interface Mark extends Confirmed {
  /** The age that it had at `monotonicMs`. */
  readonly ageMs: number;
  readonly monotonicMs: number;
}

/**
 * Two clocks tell the age, and the older one counts: the monotonic one stands still while the
 * machine sleeps and knows nothing of the time before a restart, the one on the wall can be set
 * back.
 */
export function createFreshness(clock: Clock): Freshness {
  let mark: Mark | undefined;
  return {
    confirm(issuedAtMs) {
      if (mark && issuedAtMs <= mark.issuedAtMs) return false;
      const confirmedAtMs = clock.epochMs();
      mark = { issuedAtMs, confirmedAtMs, ageMs: 0, monotonicMs: clock.monotonicMs() };
      return true;
    },
    ageMs() {
      if (!mark) return null;
      const elapsedMs = mark.ageMs + clock.monotonicMs() - mark.monotonicMs;
      return Math.max(elapsedMs, clock.epochMs() - mark.confirmedAtMs);
    },
    state: () => mark ?? NEVER,
    restore(confirmed) {
      if (confirmed.confirmedAtMs === NEVER.confirmedAtMs) return;
      // A clock that was set back meanwhile is as wrong as one that was set forward: doubt is age.
      const ageMs = Math.abs(clock.epochMs() - confirmed.confirmedAtMs);
      mark = { ...confirmed, ageMs, monotonicMs: clock.monotonicMs() };
    },
    adopt(confirmed, ageMs) {
      mark = ageMs === null ? undefined : { ...confirmed, ageMs, monotonicMs: clock.monotonicMs() };
    },
    clear() {
      mark = undefined;
    },
  };
}

/** What was never confirmed is as old as can be. @param staleMaxMs null is any age */
export function isFresh(freshness: Freshness, staleMaxMs: number | null): boolean {
  if (staleMaxMs === null) return true;
  const ageMs = freshness.ageMs();
  return ageMs !== null && ageMs <= staleMaxMs;
}
