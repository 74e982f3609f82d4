import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findMissing } from './lockfile.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollkeeper-lockfile-'));
  mkdirSync(join(folder, 'node_modules'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, packages: object) {
  writeFileSync(join(folder, file), JSON.stringify({ packages }));
}
const wanted = (packages: object) => write('package-lock.json', packages);
const installed = (packages: object) => write('node_modules/.package-lock.json', packages);
const zod = { version: '4.0.0', integrity: 'sha512-a' };
const linux = { platform: 'linux', arch: 'x64' };

test('misses nothing where the lockfile is fulfilled', () => {
  wanted({ '': { version: '0.1.0' }, 'node_modules/zod': zod });
  installed({ 'node_modules/zod': zod });
  expect(findMissing(folder, linux)).toEqual([]);
});

test.each([
  ['no record of an installation', undefined, 'node_modules'],
  ['a package that is not there', {}, 'node_modules/zod'],
  ['another version', { 'node_modules/zod': { ...zod, version: '4.0.1' } }, 'node_modules/zod'],
  [
    'another content',
    { 'node_modules/zod': { ...zod, integrity: 'sha512-b' } },
    'node_modules/zod',
  ],
])('sees %s', (_, packages, missing) => {
  wanted({ 'node_modules/zod': zod });
  if (packages) installed(packages);
  expect(findMissing(folder, linux)).toEqual([missing]);
});

test("wants this platform's optional packages, and no other's", () => {
  const binding = { version: '1.0.0', optional: true, cpu: ['x64'] };
  wanted({
    glibc: { ...binding, os: ['linux'], libc: ['glibc'] },
    musl: { ...binding, os: ['linux'], libc: ['musl'] },
    mac: { ...binding, os: ['darwin'] },
    'a name alone': { version: '1.0.0', optional: true, os: 'linux', cpu: 'x64' },
    'another name': { version: '1.0.0', optional: true, os: 'linux', cpu: 'arm64' },
    anywhere: { version: '1.0.0', optional: true },
  });
  installed({});
  expect(findMissing(folder, linux)).toEqual(['glibc', 'a name alone']);
  // Whose name is part of another's.
  expect(findMissing(folder, { platform: 'linux', arch: 'arm' })).toEqual([]);
});
