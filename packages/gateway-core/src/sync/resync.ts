import type { Upward } from '@tollkeeper/protocol';
import type { SyncContext } from './sync-state.ts';

/** Time allowed until the first part of a snapshot, and between two parts, in milliseconds. */
const PATIENCE_MS = 30_000;
/** Pauses between requests to a control plane whose snapshots are rejected, in milliseconds. */
const PAUSE_MS = 4000;
const PAUSE_MAX_MS = 300_000;

/** Whether a whole snapshot is on its way, as far as can be known. */
export function isAwaited({ state, clock }: SyncContext): boolean {
  return state.awaitedAtMs !== null && clock.monotonicMs() - state.awaitedAtMs < PATIENCE_MS;
}

/** Asks for a whole snapshot, unless one is on its way or the last ones were rejected. */
export function askForSnapshot(ctx: SyncContext): Upward[] {
  const { state, clock } = ctx;
  const nowMs = clock.monotonicMs();
  if (isAwaited(ctx) || nowMs < state.askAgainAtMs) return [];
  state.awaitedAtMs = nowMs;
  return [{ type: 'resync' }];
}

/**
 * Asks for one to put on the disk, where that does not hold what this gateway decides with, or holds
 * it in too many pieces.
 */
export function askToStoreIfDue(ctx: SyncContext): Upward[] {
  const { state, clock, snapshotFile } = ctx;
  if (state.isStored && !snapshotFile.isLong()) return [];
  return clock.monotonicMs() < state.storeAgainAtMs ? [] : askForSnapshot(ctx);
}

export function noteBadSnapshot(ctx: SyncContext): void {
  const { state, clock } = ctx;
  state.awaitedAtMs = null;
  state.askAgainAtMs = clock.monotonicMs() + pauseMs(ctx, state.badSnapshots++);
}

/** @param isStored whether it was stored: a gateway with a full disk does not ask again at once */
export function noteGoodSnapshot(ctx: SyncContext, isStored: boolean): void {
  const { state, clock } = ctx;
  state.awaitedAtMs = null;
  state.badSnapshots = 0;
  state.askAgainAtMs = 0;
  const waitMs = isStored ? 0 : pauseMs(ctx, state.unstoredSnapshots);
  state.unstoredSnapshots = isStored ? 0 : state.unstoredSnapshots + 1;
  state.storeAgainAtMs = clock.monotonicMs() + waitMs;
}

function pauseMs({ random }: SyncContext, before: number): number {
  return Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** before) * (0.5 + random() / 2);
}
