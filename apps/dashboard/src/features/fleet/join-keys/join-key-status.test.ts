import type { JoinKey } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { sortJoinKeys } from './join-key-status.ts';

it('puts first what lets somebody in, then what may again, and the newest before the older', () => {
  const joinKeys = (['expired', 'blocked', 'active', 'used_up', 'active'] as const).map(
    (status, minute): JoinKey => ({
      id: `jk_${minute}`,
      name: 'gateway',
      prefix: 'tk_join_a1b2',
      workspaceId: 'ws_1',
      labels: {},
      status,
      blockedBy: status === 'blocked' ? 'creator_inactive' : null,
      usesMax: 1,
      usesCount: 0,
      createdBy: { memberId: 'mem_1', name: 'Ada', email: 'ada@example.com' },
      createdByKey: null,
      createdAt: `2026-11-23T08:0${minute}:00.000Z`,
      expiresAt: '2026-11-23T09:00:00.000Z',
      lastUsedAt: null,
    }),
  );
  expect(sortJoinKeys(joinKeys).map(({ id }) => id)).toEqual([
    'jk_4',
    'jk_2',
    'jk_1',
    'jk_3',
    'jk_0',
  ]);
});
