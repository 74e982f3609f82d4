import type { JoinKey } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import {
  FIRST_DRAFT,
  isLoopback,
  joinKeyBody,
  joinLine,
  parseUses,
  sortJoinKeys,
} from './join-key.ts';

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

it.each([
  ['1', 1],
  [' 25 ', 25],
  ['1000', 1000],
  ['1001', undefined],
  ['0', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['1e2', undefined],
  ['', undefined],
])('reads "%s" uses as %s', (typed, uses) => {
  expect(parseUses(typed)).toBe(uses);
});

it('asks for one use within an hour by default', () => {
  expect(joinKeyBody(FIRST_DRAFT)).toEqual({ lifetimeSeconds: 3600, usesMax: 1, labels: {} });
});

it('makes one line that a shell takes as it stands, with the join key in no argument', () => {
  expect(joinLine('tk_join_abc', 'https://keys.example.com')).toBe(
    'TOLLKEEPER_JOIN_KEY=tk_join_abc npx tollkeeper gateway --control-plane https://keys.example.com --upstream http://127.0.0.1:3000',
  );
});

it.each([
  'http://127.0.0.1:7420',
  'http://localhost:7420',
  'http://[::1]:7420',
  'http://127.9.9.9',
])('knows that no other machine finds %s', (address) => expect(isLoopback(address)).toBe(true));

it.each(['https://keys.example.com', 'http://10.0.0.1:7420', 'http://localhost.example.com'])(
  'takes %s for an address that others find',
  (address) => expect(isLoopback(address)).toBe(false),
);
