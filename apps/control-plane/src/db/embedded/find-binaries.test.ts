import { cpSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDataDir } from './data-folder.fixture.ts';
import { findBinaries, prepareBinaries, restoreLinks } from './prepare-binaries.ts';

test.each([
  ['win32', 'x64'],
  ['freebsd', 'x64'],
])(
  'says that it brings nothing along for %s-%s, and names DATABASE_URL',
  async (platform, arch) => {
    await expect(findBinaries(platform, arch)).rejects.toMatchObject({
      code: 'unsupported_platform',
      message: expect.stringMatching(new RegExp(`"${platform}-${arch}".*DATABASE_URL`)),
    });
  },
);

test('restores the links that npm left out, and names a library that is missing', async () => {
  const { folder, version } = await findBinaries();
  const copy = dirname(await makeDataDir());
  cpSync(folder, join(copy, 'native'), { recursive: true, verbatimSymlinks: true });
  const lib = join(copy, 'native/lib');
  const links = readdirSync(lib, { withFileTypes: true }).filter((file) => file.isSymbolicLink());
  for (const link of links) rmSync(join(lib, link.name));
  const prepare = () =>
    prepareBinaries({ folder: join(copy, 'native'), version }, undefined, () => undefined);

  await expect(prepare()).rejects.toMatchObject({
    code: 'missing_library',
    message: expect.stringMatching(/library ".*icu.*".*DATABASE_URL/),
  });
  await restoreLinks(copy);
  expect(await prepare()).toBe(join(copy, 'native'));
});
