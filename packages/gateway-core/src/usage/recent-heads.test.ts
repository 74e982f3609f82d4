import { expect, it } from 'vitest';
import type { CallSubject, DecidedCall } from '../fleet.ts';
import { createRecentHeads } from './recent-heads.ts';
import { headOf } from './sums.ts';

const NOON_MS = 1_732_449_600_000;
const SUBJECT = { keyId: 'key_1', ownerId: 'mem_1', workspaceId: 'ws_1' };
const CALL: DecidedCall = { code: 'valid', method: 'GET', routePath: '/v1', refusedBy: [] };

it.each<[string, Partial<CallSubject>, Partial<DecidedCall> | undefined, number]>([
  ['another key', { keyId: 'key_2' }, {}, 0],
  ['another owner', { ownerId: 'mem_2' }, {}, 0],
  ['another workspace', { workspaceId: null }, {}, 0],
  ['another code', {}, { code: 'policy_denied' }, 0],
  ['another method', {}, { method: 'POST' }, 0],
  ['another route', {}, { routePath: '' }, 0],
  ['no kind', {}, undefined, 0],
  ['another minute', {}, {}, 60_000],
])('distinguishes a call of %s from the last one', (_, subject, call, laterMs) => {
  const recentHead = createRecentHeads();
  const first: Parameters<typeof headOf> = [SUBJECT, NOON_MS, CALL];
  const nextCall = call && { ...CALL, ...call };
  const next: Parameters<typeof headOf> = [{ ...SUBJECT, ...subject }, NOON_MS + laterMs, nextCall];
  for (const each of [first, first, next, next, first]) {
    expect(recentHead(...each)).toBe(headOf(...each));
  }
  expect(headOf(...next)).not.toBe(headOf(...first));
});
