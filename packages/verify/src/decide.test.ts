import { DECISION_CODES, isApiScope } from '@tollkeeper/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type DecisionRequest,
  decide,
  decideHash,
  effectiveScopes,
  validUntilMs,
} from './decide.ts';
import { putOwner, removeOwner } from './index/key-holders.ts';
import { findSecret, putSecret, secretFacts } from './index/key-index.ts';
import { createKeyIndex, type KeyIndex } from './index/key-store.ts';
import { createSecret, hashSecret } from './key-text.ts';
import { ALL_API_SCOPES, NO_SCOPES, scopeNames, scopeSet, union } from './scope-set.ts';
import { exampleKey, exampleOwner } from './testing/example-key.ts';

const NOW = 1_000;
const secret = createSecret('tk_live_', (count) => new Uint8Array(count));
const hash = hashSecret(secret);
let index: KeyIndex;

beforeEach(() => {
  index = createKeyIndex();
  putOwner(index, exampleOwner());
});

function codeOf(request: Partial<DecisionRequest> = {}, nowMs = NOW) {
  return decide(index, { secret, ...request }, nowMs).code;
}

it('tries the reasons in the order of the contract: mending one shows the next', () => {
  const bad = exampleKey({
    status: 'revoked',
    expiresAtMs: NOW,
    workspaceId: 'ws_1',
    allowedIps: ['10.0.0.0/8'],
    scopes: NO_SCOPES,
  });
  const request = { workspaceId: 'ws_2', scopes: scopeSet(['policies.read']) };
  putOwner(index, exampleOwner({ active: false, scopes: NO_SCOPES }));
  const put = (facts: object) => putSecret(index, hash, Object.assign(bad, facts));
  const answers = [codeOf({ ...request, secret: `${secret}0` }), codeOf(request)];
  const mends = [
    () => put({}),
    () => put({ status: 'disabled' }),
    () => put({ status: 'active' }),
    () => put({ expiresAtMs: NOW + 1 }),
    () => putOwner(index, exampleOwner()),
    () => put({ workspaceId: 'ws_2' }),
    () => put({ allowedIps: [] }),
    () => put({ scopes: scopeSet(['policies.read']) }),
  ];
  for (const mend of mends) {
    mend();
    answers.push(codeOf(request));
  }
  const later = ['policy_denied', 'rate_limited'];
  expect(answers).toEqual(DECISION_CODES.filter((code) => !later.includes(code)));
});

describe('an owner', () => {
  it('that is missing, suspended, removed or in another organization stops the key at once', () => {
    putSecret(index, hash, exampleKey());
    expect(codeOf()).toBe('valid');
    putOwner(index, exampleOwner({ active: false }));
    expect(codeOf()).toBe('owner_inactive');
    putOwner(index, exampleOwner());
    expect(codeOf()).toBe('valid');
    removeOwner(index, 'mem_1');
    expect(codeOf()).toBe('owner_inactive');
    putOwner(index, exampleOwner({ organizationId: 'org_2' }));
    expect(codeOf()).toBe('owner_inactive');
  });

  it('is the ceiling of what the key may do, now', () => {
    putSecret(index, hash, exampleKey({ scopes: scopeSet(['policies.read', 'audit.read']) }));
    const slot = findSecret(index, hash);
    expect(scopeNames(effectiveScopes(index, slot))).toEqual(['policies.read']);
    expect(codeOf({ scopes: scopeSet(['audit.read']) })).toBe('insufficient_scope');
    putOwner(index, exampleOwner({ scopes: scopeSet(['audit.read']) }));
    expect(scopeNames(effectiveScopes(index, slot))).toEqual(['audit.read']);
    putOwner(index, exampleOwner({ active: false }));
    expect(effectiveScopes(index, slot)).toEqual(NO_SCOPES);
    expect(effectiveScopes(index, -1)).toEqual(NO_SCOPES);
  });

  it('is the ceiling of API scopes, too, whether their role names some or holds all', () => {
    const [read, pay] = ['invoices.read', 'invoices.pay']
      .filter(isApiScope)
      .map((n) => scopeSet([n]));
    if (!read || !pay) throw new Error('These are names of API scopes');
    const [own, none, all] = [union(read, pay), NO_SCOPES, ALL_API_SCOPES];
    for (const [keyScopes, held, codes] of [
      [own, none, ['insufficient_scope', 'insufficient_scope']],
      [own, read, ['valid', 'insufficient_scope']],
      [own, all, ['valid', 'valid']],
      [read, all, ['valid', 'insufficient_scope']],
      [none, all, ['insufficient_scope', 'insufficient_scope']],
    ] as const) {
      putSecret(index, hash, exampleKey({ scopes: keyScopes }));
      putOwner(index, exampleOwner({ scopes: held }));
      expect([read, pay].map((scopes) => codeOf({ scopes }))).toEqual(codes);
      expect(codeOf({ scopes: union(read, scopeSet(['policies.read'])) })).toBe(
        'insufficient_scope',
      );
    }
    expect(index.apiScopes.interned.ids.size).toBe(1);
    removeOwner(index, 'mem_1');
    expect(index.apiScopes.interned.ids.size).toBe(0);
  });
});

describe('time', () => {
  it('ends a key at the very millisecond of its expiry', () => {
    putSecret(index, hash, exampleKey({ expiresAtMs: NOW }));
    expect([codeOf({}, NOW - 1), codeOf({}, NOW)]).toEqual(['valid', 'expired']);
  });

  it('makes a rotated secret unknown at the end of its grace, and not the new one', () => {
    const next = createSecret('tk_live_', (count) => new Uint8Array(count).fill(1));
    putSecret(index, hash, exampleKey({ retiresAtMs: NOW }));
    putSecret(index, hashSecret(next), exampleKey());
    expect([codeOf({}, NOW - 1), codeOf({}, NOW)]).toEqual(['valid', 'not_found']);
    expect(codeOf({ secret: next })).toBe('valid');
  });
});

describe('doubt refuses', () => {
  it('a clock that is not a number', () => {
    for (const key of [exampleKey(), exampleKey({ expiresAtMs: NOW })]) {
      putSecret(index, hash, key);
      expect(codeOf({}, Number.NaN)).toBe('expired');
    }
    putSecret(index, hash, exampleKey({ retiresAtMs: NOW }));
    expect(codeOf({}, Number.NaN)).toBe('not_found');
  });

  it('a time of expiry or retirement that is none', () => {
    for (const time of [Number.NaN, -1, 1e300, 2 ** 53, Number.POSITIVE_INFINITY]) {
      putSecret(index, hash, exampleKey({ expiresAtMs: time }));
      expect(codeOf()).toBe('expired');
    }
    putSecret(index, hash, exampleKey({ retiresAtMs: Number.NaN }));
    expect(codeOf()).toBe('not_found');
  });

  it('a list of addresses of which none can be read, and a request without an address', () => {
    putSecret(index, hash, exampleKey({ allowedIps: ['10.0.0.0/99'] }));
    expect(codeOf({ ip: '10.0.0.1' })).toBe('ip_not_allowed');
    putSecret(index, hash, exampleKey({ allowedIps: ['0.0.0.0/0', '::/0'] }));
    expect([codeOf(), codeOf({ ip: '' }), codeOf({ ip: 'unknown' })]).toEqual(
      new Array(3).fill('ip_not_allowed'),
    );
  });

  it('a state that contradicts itself', () => {
    putSecret(index, hash, exampleKey({ retiresAtMs: NOW + 1 }));
    index.retiresAtMs.clear();
    expect(codeOf()).toBe('not_found');
    putSecret(index, hash, exampleKey({ status: 'deleted' as 'active' }));
    expect(codeOf()).toBe('not_found');
    putSecret(index, hash, exampleKey({ allowedIps: ['::/0', '0.0.0.0/0'] }));
    index.ipLists.lists.length = 0;
    expect(codeOf({ ip: '10.0.0.1' })).toBe('ip_not_allowed');
    for (const other of [new Uint8Array(), hash.slice(0, 16), Uint8Array.from([...hash, 0])]) {
      expect(decideHash(index, other, {}, NOW).code).toBe('not_found');
    }
  });
});

it('says nothing of a key to another organization', () => {
  putSecret(index, hash, exampleKey({ status: 'revoked' }));
  const decision = decide(index, { secret, organizationId: 'org_2' }, NOW);
  expect(decision).toEqual({ code: 'not_found', slot: -1 });
  expect(codeOf({ organizationId: 'org_1' })).toBe('revoked');
});

it('points at the facts of the key that it decided about', () => {
  putSecret(index, hash, exampleKey({ keyId: 'key_7' }));
  const { slot } = decideHash(index, hash, {}, NOW);
  expect(secretFacts(index, slot)?.keyId).toBe('key_7');
});

describe('the time until which a decision is valid', () => {
  const never = { expiresAtMs: null, retiresAtMs: null };
  it.each([
    ['a key that does not expire', never, Number.POSITIVE_INFINITY],
    ['a key that expires', { ...never, expiresAtMs: NOW + 2 }, NOW + 2],
    ['a secret that retires', { ...never, retiresAtMs: NOW + 2 }, NOW + 2],
    ['whichever comes first', { expiresAtMs: NOW + 2, retiresAtMs: NOW + 1 }, NOW + 1],
  ])('is that of %s', (_what, times, until) => {
    putSecret(index, hash, exampleKey(times));
    expect(validUntilMs(index, findSecret(index, hash))).toBe(until);
    if (until === Number.POSITIVE_INFINITY) return;
    expect(codeOf({}, until - 1)).toBe('valid');
    expect(codeOf({}, until)).not.toBe('valid');
  });
});
