import { mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from './lock.mjs';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'tollkeeper-lock-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

test('lets one in at a time', async () => {
  const lock = join(parent, 'lock');
  let inside = 0;
  let insideMax = 0;
  const work = async () => {
    inside += 1;
    insideMax = Math.max(insideMax, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all([1, 2, 3].map(() => withLock(lock, work)));
  expect(insideMax).toBe(1);
});

test('frees the lock when the work fails', async () => {
  const lock = join(parent, 'lock');
  const failing = withLock(lock, () => Promise.reject(new Error('no network')));
  await expect(failing).rejects.toThrow('no network');
  expect(await withLock(lock, async () => 'done')).toBe('done');
});

test('takes over from a holder whose heart stopped', async () => {
  const lock = join(parent, 'lock');
  mkdirSync(lock);
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(lock, longAgo, longAgo);
  expect(await withLock(lock, async () => 'done')).toBe('done');
});
