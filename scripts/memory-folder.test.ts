import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';

const MODULE = new URL('memory-folder.mjs', import.meta.url).href;

let place: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'tollkeeper-place-'));
  onTestFinished(() => rmSync(place, { recursive: true }));
});

/** Makes the folder in a process of its own, and writes into it. */
function makeFolder(options: { place?: string; roomBytes?: number } = {}): string | undefined {
  const given = JSON.stringify({ place, roomBytes: 0, ...options });
  const script = `
    import { statSync, writeFileSync } from 'node:fs';
    import { makeMemoryFolder } from '${MODULE}';
    const folder = makeMemoryFolder(${given});
    if (folder) writeFileSync(folder + '/file', '');
    const mode = folder && (statSync(folder).mode & 0o7777).toString(8);
    console.log(JSON.stringify({ folder, mode }));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
  const { folder, mode } = JSON.parse(stdout.toString());
  if (folder) expect(mode).toBe('1777');
  return folder;
}

test('is there for a process, and gone once it has ended', () => {
  const folder = makeFolder();

  expect(folder).toMatch(new RegExp(`^${place}/tollkeeper-tests-\\d+$`));
  expect(existsSync(folder ?? '')).toBe(false);
});

test('is not made where there is no such place, or too little room', () => {
  expect(makeFolder({ place: join(place, 'missing') })).toBeUndefined();
  expect(makeFolder({ roomBytes: Number.MAX_SAFE_INTEGER })).toBeUndefined();
});

test('removes what a killed run left, and nothing of one that may still run', () => {
  const longAgo = 1;
  const leave = (pid: number, changedAt: number) => {
    const folder = join(place, `tollkeeper-tests-${pid}`);
    mkdirSync(folder);
    utimesSync(folder, changedAt, changedAt);
    return folder;
  };
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const left = leave(ended, longAgo);
  const ours = leave(process.pid, longAgo);
  const recent = leave(2 ** 30, Date.now() / 1000);

  makeFolder();

  expect([left, ours, recent].map((folder) => existsSync(folder))).toEqual([false, true, true]);
});
