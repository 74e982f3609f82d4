import { mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** The holder's heart beats every second; one silent for ten is dead, whatever its process id says. */
const BEAT_MS = 1_000;
const DEAD_AFTER_MS = 10_000;

/**
 * Runs `work` while no other process that names the same folder does.
 * @template T
 * @param {string} folder made while held; its parent exists
 * @param {() => Promise<T>} work
 * @param {{deadAfterMs?: number, onWait?: () => void}} [options]
 * @returns {Promise<T>}
 */
export async function withLock(folder, work, options = {}) {
  await acquire(folder, options);
  const heart = setInterval(() => beat(folder), BEAT_MS);
  const release = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(heart);
    process.off('exit', release);
    release();
  }
}

/**
 * @param {string} folder
 * @param {{deadAfterMs?: number, onWait?: () => void}} options
 */
async function acquire(folder, { deadAfterMs = DEAD_AFTER_MS, onWait = () => {} }) {
  for (let tries = 0; !take(folder); tries += 1) {
    if (tries === 0) onWait();
    if (silentMs(folder) > deadAfterMs) rmSync(folder, { recursive: true, force: true });
    else await delay(100);
  }
}

/** @param {string} folder */
function take(folder) {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} folder */
function beat(folder) {
  try {
    const now = new Date();
    utimesSync(folder, now, now);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** @param {string} folder */
function silentMs(folder) {
  const entry = statSync(folder, { throwIfNoEntry: false });
  return entry ? Date.now() - entry.mtimeMs : 0;
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
