import type { Clock } from '../clock.ts';

/** How long ago the control plane confirmed what an instance decides with. */
export interface Freshness {
  /** Records that the keys were current when the control plane was asked. */
  confirm(askedAt: Moment): void;
  /** Milliseconds since then; null when there was no confirmation. */
  ageMs(): number | null;
  /** State for a later process to restore. */
  state(): Confirmed;
  restore(confirmed: Confirmed): void;
  /** As another process of this machine knows it. @param ageMs at this moment; null is never */
  adopt(confirmed: Confirmed, ageMs: number | null): void;
  clear(): void;
}

/** One moment by the two clocks of this machine, in milliseconds. */
export interface Moment {
  readonly monotonicMs: number;
  readonly epochMs: number;
}

export function momentOf(clock: Clock): Moment {
  return { monotonicMs: clock.monotonicMs(), epochMs: clock.epochMs() };
}

export interface Confirmed {
  /**
   * When the newest confirmation was asked for, by this machine's clock on the wall; 0 for never.
   * An answer that was held back on the way is as old as its question.
   */
  readonly confirmedAtMs: number;
}

const NEVER_MS = 0;

interface Confirmation extends Confirmed {
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
  let newest: Confirmation | undefined;
  return {
    confirm({ monotonicMs, epochMs }) {
      newest = { confirmedAtMs: epochMs, ageMs: 0, monotonicMs };
    },
    ageMs() {
      if (!newest) return null;
      const elapsedMs = newest.ageMs + clock.monotonicMs() - newest.monotonicMs;
      return Math.max(elapsedMs, clock.epochMs() - newest.confirmedAtMs);
    },
    state: () => ({ confirmedAtMs: newest?.confirmedAtMs ?? NEVER_MS }),
    restore(confirmed) {
      if (confirmed.confirmedAtMs === NEVER_MS) return;
      // A clock that was set back meanwhile is as wrong as one that was set forward: doubt is age.
      const ageMs = Math.abs(clock.epochMs() - confirmed.confirmedAtMs);
      newest = { ...confirmed, ageMs, monotonicMs: clock.monotonicMs() };
    },
    adopt(confirmed, ageMs) {
      newest =
        ageMs === null ? undefined : { ...confirmed, ageMs, monotonicMs: clock.monotonicMs() };
    },
    clear() {
      newest = undefined;
    },
  };
}

/** What was never confirmed is not fresh. @param staleMaxMs null allows any age */
export function isFresh(freshness: Freshness, staleMaxMs: number | null): boolean {
  if (staleMaxMs === null) return true;
  const ageMs = freshness.ageMs();
  return ageMs !== null && ageMs <= staleMaxMs;
}
