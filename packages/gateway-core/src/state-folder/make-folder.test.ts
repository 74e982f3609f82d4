import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from './make-folder.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'make-folder-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test('makes a folder and those above it, for this user alone, and says which it made', async () => {
  const base = await temporaryFolder();
  const path = join(base, 'a/b/c');
  expect(await makeFolder(path)).toEqual([join(base, 'a'), join(base, 'a/b'), path]);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  expect(await makeFolder(path)).toEqual([]);
});

test('makes it once, also where several make it at the same time', async () => {
  const base = await temporaryFolder();
  for (let round = 0; round < 50; round += 1) {
    const path = join(base, String(round), 'a/b');
    const made = await Promise.all(Array.from({ length: 8 }, () => makeFolder(path)));
    expect(made.flat().toSorted()).toEqual([join(base, String(round)), join(path, '..'), path]);
  }
});

test('refuses where there is a file instead, or above it', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  await expect(makeFolder(file)).rejects.toThrow('EEXIST');
  await expect(makeFolder(join(file, 'a'))).rejects.toThrow('ENOTDIR');
});

test('refuses in a file system that takes no folders, where Node’s own mkdir never ends', async () => {
  await expect(makeFolder('/proc/none/deeper')).rejects.toThrow(/ENOENT|EROFS/);
});
