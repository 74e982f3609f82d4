import type { Upward } from '@tollkeeper/contract';
import type { Following } from './following.ts';

/** Whoever was asked gets so long to begin, and between two parts, in milliseconds. */
const PATIENCE_MS = 30_000;
/** A control plane whose snapshots are all wrong is not asked for them all the time. */
const PAUSE_MS = 4000;
const PAUSE_MAX_MS = 300_000;

/** A whole snapshot is on its way, as far as one can know. */
export function isAwaited({ state, clock }: Following): boolean {
  return state.awaitedAtMs !== null && clock.monotonicMs() - state.awaitedAtMs < PATIENCE_MS;
}

/** Asks for a whole snapshot, unless one is on its way or the last ones were no good. */
export function askForSnapshot(following: Following): Upward[] {
  const { state, clock } = following;
  const nowMs = clock.monotonicMs();
  if (isAwaited(following) || nowMs < state.askAgainAtMs) return [];
  state.awaitedAtMs = nowMs;
  return [{ type: 'resync' }];
}

export function noteBadSnapshot({ state, clock, random }: Following): void {
  state.awaitedAtMs = null;
  const boundMs = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** state.badSnapshots++);
  state.askAgainAtMs = clock.monotonicMs() + boundMs * (0.5 + random() / 2);
}

export function noteGoodSnapshot({ state }: Following): void {
  state.awaitedAtMs = null;
  state.badSnapshots = 0;
  state.askAgainAtMs = 0;
}
