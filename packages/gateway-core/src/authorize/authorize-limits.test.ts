import {
  createKeyIndex,
  createSecret,
  hashSecret,
  type KeyIndex,
  putOwner,
  putPolicy,
  putSecret,
  removePolicy,
  scopeSet,
} from '@tollkeeper/verify';
import { beforeEach, describe, expect, it } from 'vitest';
import { exampleKey, exampleOwner } from '../../../verify/src/testing/example-key.ts';
import { statementsOf } from '../../../verify/src/testing/policies/statements.ts';
import type { WorkspaceKeys } from '../fleet.ts';
import { createCounters, type Room } from '../limits/index.ts';
import { type AuthorizationRequest, authorize, authorizeBy } from './authorize.ts';

const PLACE = { organizationId: 'org_1', workspaceId: 'ws_1' };
const SECRET = createSecret('tk_live_', (count) => new Uint8Array(count));
const PERMIT = 'permit (principal, action, resource)';
const SCOPES = scopeSet(['apis.call']);
const REQUEST: AuthorizationRequest = {
  ...{ secret: SECRET, ip: '10.1.2.3', required: SCOPES },
  call: { method: 'GET', path: '/', host: '', routePath: '', rawHeaders: [] },
};

let index: KeyIndex;
let keys: WorkspaceKeys;
let counted: boolean[];
let nowMs: number;
let counters: ReturnType<typeof createCounters>;
const fleet = {
  keys: () => keys,
  count: (_: unknown, accepted: boolean) => void counted.push(accepted),
  countCanary: () => undefined,
};

beforeEach(() => {
  index = createKeyIndex();
  keys = { index, ...PLACE, gateway: { name: 'edge-1', labels: {} } };
  counted = [];
  nowMs = 0;
  counters = createCounters({ monotonicMs: () => nowMs });
  putOwner(index, { ...exampleOwner(), ...PLACE, memberId: 'mem_1', scopes: SCOPES });
  const facts = { keyId: 'key_1', ownerId: 'mem_1', scopes: SCOPES, workspaceId: null };
  putSecret(index, hashSecret(SECRET), exampleKey({ ...facts, organizationId: 'org_1' }));
  put('pol_1', `${PERMIT};`);
});

function put(policyId: string, text: string, mode: 'enforce' | 'shadow' = 'enforce'): void {
  const statements = statementsOf(text);
  putPolicy(index, { policyId, ...PLACE, mode, statements });
}

const decide = (change: Partial<AuthorizationRequest> = {}) =>
  authorize(fleet, { ...REQUEST, ...change }, 1000, counters);
const codes = (count: number) => Array.from({ length: count }, () => decide().code);

describe('a call with limits', () => {
  it('needs room in all of them, is refused with what is used up, and counted', () => {
    put('pol_2', `@limit("2/second, 3/minute") ${PERMIT};`);
    expect(codes(3)).toEqual(['valid', 'valid', 'rate_limited']);
    nowMs = 1000;
    expect(decide()).toMatchObject({
      code: 'valid',
      rateLimit: expect.arrayContaining(['RateLimit']),
    });
    expect(decide()).toMatchObject({
      ...{ code: 'rate_limited', keyId: 'key_1' },
      denial: { code: 'rate_limited', detail: expect.stringContaining('"3/minute per key"') },
    });
    expect(counted).toEqual([true, true, false, true, false]);
  });

  it('takes nothing from any counter when it is refused, whatever for', () => {
    put('pol_2', `@limit("2/day") ${PERMIT};`);
    put('pol_3', `@limit("1/day") @per("owner") ${PERMIT} when { context.method == "POST" };`);
    const post = { call: REQUEST.call && { ...REQUEST.call, method: 'POST' } };
    expect(decide(post).code).toBe('valid');
    expect(decide(post).code).toBe('rate_limited');
    expect(decide({ required: scopeSet(['audit.read']) }).code).toBe('insufficient_scope');
    put('pol_4', `forbid (principal, action, resource);`);
    expect(decide().code).toBe('policy_denied');
    removePolicy(index, 'pol_4');
    expect(codes(2)).toEqual(['valid', 'rate_limited']);
  });

  it('counts anew once the text of the limit is another, and no more once it is gone', () => {
    put('pol_2', `@limit("1/day") ${PERMIT};`);
    expect(codes(2)).toEqual(['valid', 'rate_limited']);
    put('pol_2', `@limit("2/day") ${PERMIT};`);
    expect(codes(3)).toEqual(['valid', 'valid', 'rate_limited']);
    put('pol_2', `@limit("2/day") ${PERMIT};`, 'shadow');
    expect(decide()).toMatchObject({ code: 'valid', rateLimit: [] });
  });

  it('is refused where the address that it is counted by is not known', () => {
    put('pol_2', `@limit("1/day") @per("ip") ${PERMIT};`);
    const detail = expect.stringContaining('trustedProxies');
    expect(decide({ ip: '' })).toMatchObject({ code: 'policy_denied', denial: { detail } });
  });
});

describe('counters elsewhere', () => {
  const room: Room = { isFree: true, states: [{ remaining: 1, nextMs: 0 }] };

  it('are asked only about calls with limits', async () => {
    let asked = 0;
    const limiter = {
      take: async () => {
        asked++;
        return room;
      },
    };
    expect(authorizeBy({ limiter }, fleet, REQUEST, 1000)).toMatchObject({ code: 'valid' });
    put('pol_2', `@limit("1/day") ${PERMIT};`);
    const deciding = authorizeBy({ limiter }, fleet, REQUEST, 1000);
    expect(counted).toEqual([true]);
    expect(await deciding).toMatchObject({ code: 'valid' });
    expect([asked, counted]).toEqual([1, [true, true]]);
  });

  it('do not let a call through that was stopped while they were asked', async () => {
    put('pol_2', `@limit("1/day") ${PERMIT};`);
    const answer = Promise.withResolvers<Room>();
    const deciding = authorizeBy({ limiter: { take: () => answer.promise } }, fleet, REQUEST, 1000);
    put('pol_3', 'forbid (principal, action, resource);');
    answer.resolve(room);
    expect(await deciding).toMatchObject({ code: 'policy_denied' });
    expect(counted).toEqual([false]);
  });

  it('are not asked about a key that has no room for another call', () => {
    put('pol_2', `@limit("1/day") ${PERMIT};`);
    const denial = { code: 'rate_limited', detail: 'One at a time.' } as const;
    const admission = { limiter: counters, admit: () => denial };
    expect(authorizeBy(admission, fleet, REQUEST, 1000)).toMatchObject({
      code: 'rate_limited',
      denial,
    });
    expect(decide().code).toBe('valid');
  });
});
