import { readFile } from 'node:fs/promises';
import { DASHBOARD_PATHS } from '@tollkeeper/contract';
import { expect, test } from 'vitest';

test('the server knows every page of the dashboard, and no other', async () => {
  const text = await readFile(new URL('./routes.tsx', import.meta.url), 'utf8');
  const declared = [...text.matchAll(/^\s+path: '([^']+)'/gm)].map(([, path]) => path);
  expect(declared.toSorted()).toEqual([...DASHBOARD_PATHS].toSorted());
});
