import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createHome } from '../testing/run-command.ts';
import {
  type Credentials,
  credentialsPath,
  findCredentials,
  removeCredentials,
  storeCredentials,
} from './credentials.ts';

const credentials: Credentials = { kind: 'session', url: 'http://127.0.0.1:7420', cookie: 'a=b' };

test('finds what was stored, and nothing after it was removed', async () => {
  await using home = await createHome();
  const place = { env: {}, homeFolder: home.homeFolder };
  expect(await findCredentials(place)).toBeUndefined();
  await storeCredentials(place, credentials);
  expect(await findCredentials(place)).toEqual(credentials);
  expect(await removeCredentials(place)).toBe(true);
  expect(await removeCredentials(place)).toBe(false);
  expect(await findCredentials(place)).toBeUndefined();
});

test('only the owner can read the file or enter its folder, even one that stood open', async () => {
  await using home = await createHome();
  const place = { env: {}, homeFolder: home.homeFolder };
  const path = credentialsPath(place);
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await writeFile(path, 'old', { mode: 0o644 });
  await storeCredentials(place, credentials);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
});

test('leaves the old file whole and no draft behind when it cannot be replaced', async () => {
  await using home = await createHome();
  const place = { env: {}, homeFolder: home.homeFolder };
  const path = credentialsPath(place);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'in-the-way'), '');
  await expect(storeCredentials(place, credentials)).rejects.toThrow();
  expect(await readdir(dirname(path))).toEqual(['credentials.json']);
});

test('says where no folder can be made, such as in /proc', async () => {
  const place = { env: { XDG_CONFIG_HOME: '/proc/none/deeper' }, homeFolder: '/home/ada' };
  const refusal = storeCredentials(place, credentials);
  await expect(refusal).rejects.toThrow('Cannot make the folder "/proc/none/deeper"');
});

test('keeps to XDG_CONFIG_HOME, unless it is relative', () => {
  const at = (folder: string) =>
    credentialsPath({ env: { XDG_CONFIG_HOME: folder }, homeFolder: '/home/ada' });
  expect(at('/config')).toBe('/config/tollkeeper/credentials.json');
  expect(at('config')).toBe('/home/ada/.config/tollkeeper/credentials.json');
});

test.each(['', '{', 'null', '{"url":"x"}', '{"url":"http://h","kind":"session"}'])(
  'a damaged file (%j) is named, not guessed at and not repeated',
  async (text) => {
    await using home = await createHome();
    const place = { env: {}, homeFolder: home.homeFolder };
    await storeCredentials(place, credentials);
    await writeFile(credentialsPath(place), text);
    await expect(findCredentials(place)).rejects.toThrow(/credentials\.json" is damaged/);
    expect(await readFile(credentialsPath(place), 'utf8')).toBe(text);
  },
);
