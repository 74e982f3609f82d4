import { readdir, readFile } from 'node:fs/promises';
import { DASHBOARD_PATHS } from '@tollkeeper/contract';
import { expect, test } from 'vitest';

test('the server knows every page of the dashboard, and no other', async () => {
  const files = (await readdir(new URL('.', import.meta.url))).filter((name) =>
    name.endsWith('-routes.tsx'),
  );
  const texts = await Promise.all(
    files.map((file) => readFile(new URL(file, import.meta.url), 'utf8')),
  );
  const declared = [...texts.join('\n').matchAll(/^\s+path: '([^']+)'/gm)].map(([, path]) => path);
  expect(declared.toSorted()).toEqual([...DASHBOARD_PATHS].toSorted());
});
