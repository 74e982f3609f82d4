import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createApi, SECRET } from '../testing/fake-api.ts';
import { createHome, runCommand } from '../testing/run-command.ts';

test('takes the API key from the file that TOLLKEEPER_API_KEY_FILE names', async () => {
  await using home = await createHome();
  const path = join(home.homeFolder, 'key');
  await writeFile(path, `${SECRET}\n`);
  const api = createApi({});
  await runCommand(home.homeFolder, ['whoami'], {
    env: { TOLLKEEPER_API_KEY_FILE: path },
    fetch: api.fetch,
  });
  expect(api.seen[0]?.headers.get('authorization')).toBe(`Bearer ${SECRET}`);
});

test.each([
  [{ TOLLKEEPER_API_KEY: SECRET, TOLLKEEPER_API_KEY_FILE: '/x' }, 'are both set'],
  [{ TOLLKEEPER_API_KEY_FILE: '/nowhere/key' }, 'cannot be read (ENOENT)'],
])('refuses a key file that it cannot use: %j', async (env, words) => {
  await using home = await createHome();
  const { exitCode, stderr } = await runCommand(home.homeFolder, ['whoami'], { env });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(words);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
