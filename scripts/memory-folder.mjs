import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const NAME = /^tollkeeper-tests-(\d+)$/;
/** The databases of a whole run take a third of it. */
const ROOM_BYTES = 8 * 2 ** 30;
const HOUR_MS = 3_600_000;

/**
 * Makes a folder in memory for the temporary files of this process, which goes when it exits. On a
 * disk, a test database costs ten times the processor time, and every `fsync` a wait.
 * @param {{place?: string, roomBytes?: number}} [options]
 * @returns {string | undefined} undefined where there is no such place, or little room in it
 */
export function makeMemoryFolder({ place = '/dev/shm', roomBytes = ROOM_BYTES } = {}) {
  if (!hasRoom(place, roomBytes)) return undefined;
  removeForgotten(place);
  const folder = join(place, `tollkeeper-tests-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  if (!canExecuteIn(folder)) {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  // As the system's own: PostgreSQL runs as another user.
  chmodSync(folder, 0o1777);
  return folder;
}

/**
 * @param {string} place
 * @param {number} bytes
 */
function hasRoom(place, bytes) {
  try {
    const { bavail, bsize } = statfsSync(place);
    return bavail * bsize >= bytes && process.availableMemory() >= bytes;
  } catch {
    return false;
  }
}

/**
 * What runs left behind that were killed. Another container may have processes that are not seen
 * here: what changed within the hour stays.
 * @param {string} place
 */
function removeForgotten(place) {
  for (const name of readdirSync(place)) {
    const pid = NAME.exec(name)?.[1];
    const folder = join(place, name);
    if (!pid || isRunning(Number(pid)) || Date.now() - changedAt(folder) < HOUR_MS) continue;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** @param {string} folder */
function changedAt(folder) {
  return statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * Tests start programs that they write; some systems forbid that in memory.
 * @param {string} folder
 */
function canExecuteIn(folder) {
  const file = join(folder, 'program');
  writeFileSync(file, '', { mode: 0o755 });
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(file);
  }
}
