/**
 * A worker can outlive its primary for as long as its last requests take. Its lock tells the next
 * primary that the run has not ended: what it has open is no batch yet.
 */

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder } from '../state-folder/folder-lock.ts';

const LOCK = 'lock';

/** Held until the process ends. To be taken before the run's first call is written. */
export function lockRun(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  lockFolder(join(folder, LOCK));
}

export interface RunLocks {
  /** Whether a process that lives holds the run. */
  isHeld(runId: string): boolean;
}

/** @param folder holds one folder for each run */
export function createRunLocks(folder: string): RunLocks {
  /** Runs are not taken up again. */
  const ended = new Set<string>();
  return {
    isHeld(runId) {
      const file = join(folder, runId, LOCK);
      if (ended.has(runId) || !existsSync(file)) return false;
      const isHeld = !isFree(file);
      if (!isHeld) ended.add(runId);
      return isHeld;
    },
  };
}

/** In doubt it is not: what a living process has open must not be taken from it. */
function isFree(file: string): boolean {
  try {
    const release = lockFolder(file);
    release?.();
    return release !== undefined;
  } catch {
    return false;
  }
}
