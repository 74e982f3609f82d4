import { expect, it } from 'vitest';
import { lastOfEachWorkspace } from './propagation.tsx';

it('names the key that was changed last in each workspace, and the last of those in none', () => {
  const key = (id: string, workspaceId: string | null) => ({ id, workspaceId });
  expect(
    lastOfEachWorkspace([key('a', 'ws_1'), key('b', null), key('c', 'ws_2'), key('d', 'ws_1')]),
  ).toEqual(['d', 'b', 'c']);
});

it('asks of no more keys than the server answers for', () => {
  const keys = Array.from({ length: 1000 }, (_, at) => ({ id: `${at}`, workspaceId: `ws_${at}` }));
  expect(lastOfEachWorkspace(keys)).toHaveLength(100);
});
