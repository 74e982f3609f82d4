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

/**
 * Asks for one to put on the disk, where that does not hold what this gateway decides with, or holds
 * it in too many pieces.
 */
export function askToStoreIfDue(following: Following): Upward[] {
  const { state, clock, snapshotFile } = following;
  if (state.isStored && !snapshotFile.isLong()) return [];
  return clock.monotonicMs() < state.storeAgainAtMs ? [] : askForSnapshot(following);
}

export function noteBadSnapshot(following: Following): void {
  const { state, clock } = following;
  state.awaitedAtMs = null;
  state.askAgainAtMs = clock.monotonicMs() + pauseMs(following, state.badSnapshots++);
}

/** @param isStored whether the disk took it: a full one is not sent snapshot after snapshot */
export function noteGoodSnapshot(following: Following, isStored: boolean): void {
  const { state, clock } = following;
  state.awaitedAtMs = null;
  state.badSnapshots = 0;
  state.askAgainAtMs = 0;
  const waitMs = isStored ? 0 : pauseMs(following, state.unstoredSnapshots);
  state.unstoredSnapshots = isStored ? 0 : state.unstoredSnapshots + 1;
  state.storeAgainAtMs = clock.monotonicMs() + waitMs;
}

function pauseMs({ random }: Following, before: number): number {
  return Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** before) * (0.5 + random() / 2);
}
