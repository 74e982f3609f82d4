import type { Upward } from '@tollkeeper/contract';
import { noteDiskFault } from './disk-fault.ts';
import type { Following } from './following.ts';

/** Says which version this gateway decides with, unless a restart would forget it. */
export function acknowledge(following: Following): Upward[] {
  const { version } = following.state;
  return version !== null && storeConfirmed(following) ? [{ type: 'ack', version }] : [];
}

/** @returns whether the disk holds the version and when it was confirmed */
export function storeConfirmed(following: Following): boolean {
  const { state, freshness, confirmedFile, faults, place } = following;
  if (!state.isStored || state.version === null) return false;
  try {
    const { workspaceId } = place;
    confirmedFile.write({ ...freshness.state(), workspaceId, version: state.version });
  } catch (error) {
    state.isStored = false;
    noteDiskFault(following, error);
    return false;
  }
  faults.clear('disk');
  return true;
}
