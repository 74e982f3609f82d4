import { signApplied, type Upward, WITNESS_PROTOCOL } from '@tollkeeper/protocol';
import { noteDiskFault, type SyncContext } from './sync-state.ts';

/** Reports, and signs, the version that this gateway decides with, unless a restart would lose it. */
export function acknowledge(ctx: SyncContext): Upward[] {
  const { version, latest } = ctx.state;
  if (version === null || latest === null || !storeConfirmed(ctx)) return [];
  if (ctx.state.protocol < WITNESS_PROTOCOL) return [{ type: 'ack', version, latest }];
  const { workspaceId } = ctx.place;
  const claims = { workspaceId, version, latest, atMs: ctx.clock.epochMs() };
  return [{ type: 'ack', version, latest, signed: signApplied(ctx.identityKey, claims) }];
}

/**
 * A snapshot of another lineage may have a lower number than what this gateway acknowledged: the
 * file must not refuse it after a restart. To be called before the snapshot stands there; what
 * stands until then has the higher number.
 */
export function lowerVersionMin(ctx: SyncContext, version: number): void {
  const { state, freshness, confirmedFile, place } = ctx;
  if (version >= state.versionMin) return;
  confirmedFile.write({ ...freshness.state(), workspaceId: place.workspaceId, version });
  state.versionMin = version;
}

/** @returns whether the disk holds the version and when it was confirmed */
export function storeConfirmed(ctx: SyncContext): boolean {
  const { state, freshness, confirmedFile, faults, place } = ctx;
  if (!state.isStored || state.version === null) return false;
  try {
    const { workspaceId } = place;
    confirmedFile.write({ ...freshness.state(), workspaceId, version: state.version });
    state.versionMin = state.version;
  } catch (error) {
    state.isStored = false;
    noteDiskFault(ctx, error);
    return false;
  }
  faults.clear('disk');
  return true;
}
