import type { ApiKey, Scope } from '@tollkeeper/contract';
import { parseScopeNeeds } from '@tollkeeper/protocol';
import { scopeSet } from '@tollkeeper/verify';
import { describe, expect, it } from 'vitest';
import { replayUses } from './replay-uses.ts';
import { reviewKey } from './review-key.ts';

const NOW = new Date('2026-11-30T12:00:00.000Z');
const LONG_AGO = '2026-01-01T00:00:00.000Z';
const OWN = ['api_keys.manage_all', 'api_keys.read', 'apis.call', 'audit.read', 'invoices.read'];

function use(needs: string, calls = 1, lastDay = '2026-11-29') {
  return { ...parseScopeNeeds(needs), calls, lastDay };
}

type Uses = Readonly<Record<string, number>>;

function review(uses: Uses, fields: Partial<ApiKey> = {}, since = LONG_AGO) {
  const key = {
    ...{ id: 'key_1', name: 'ci', prefix: 'tk_live_abcd', state: 'active', etag: 'e' },
    ...{ workspaceId: null, createdBy: { memberId: 'mem_1', name: 'Ada', email: null } },
    ...{ createdAt: LONG_AGO, expiresAt: null, lastUsedAt: null, scopes: OWN, ...fields },
  } as unknown as ApiKey;
  const facts = {
    uses: Object.entries(uses).map(([needs, calls]) => use(needs, calls)),
    ownerScopes: scopeSet(OWN.filter((name) => name !== 'audit.read') as Scope[]),
    recordedSince: new Date(since),
  };
  return reviewKey(key, facts, NOW);
}

describe('a review', () => {
  it('proposes the scopes that calls used, and says how', () => {
    const reviewed = review({ 'api_keys.read,+api_keys.manage_all': 3, 'api_keys.read': 2 });
    expect(reviewed).toMatchObject({
      ...{ calls: 5, unknownCalls: 0, advice: 'reduce' },
      proposedScopes: ['api_keys.manage_all', 'api_keys.read'],
      replay: { calls: 5, refused: 0, uncertain: 0, outdated: 0 },
    });
    expect(
      reviewed.scopes.map(({ name, use, calls, lastUsedOn }) => [name, use, calls, lastUsedOn]),
    ).toEqual([
      ['api_keys.manage_all', 'considered', 3, '2026-11-29'],
      ['api_keys.read', 'required', 5, '2026-11-29'],
      ['apis.call', 'unused', 0, null],
      ['audit.read', 'unused', 0, null],
      ['invoices.read', 'unused', 0, null],
    ]);
  });

  it('says which scopes are in force', () => {
    const lacking = review({}).scopes.filter(({ isInForce }) => !isInForce);
    expect(lacking.map(({ name }) => name)).toEqual(['audit.read']);
  });

  it('keeps API scopes that a server was shown', () => {
    const reviewed = review({ '?': 1 });
    expect(reviewed.proposedScopes).toEqual(['apis.call', 'invoices.read']);
    expect(reviewed.scopes.filter(({ use }) => use === 'shown')).toHaveLength(2);
  });

  it.each([
    ['reduce', { 'audit.read': 1 }, {}],
    ['keep', { 'api_keys.manage_all,api_keys.read,apis.call,audit.read,invoices.read': 1 }, {}],
    ['keep', { '': 5 }, {}],
    ['keep', { 'audit.read': 1 }, { state: 'revoked' }],
    ['wait', { 'audit.read': 5, '*': 1 }, {}],
    ['wait', { 'audit.read,*': 5 }, {}],
    ['revoke', {}, {}],
    ['revoke', {}, { lastUsedAt: '2026-09-01T23:59:59.999Z' }],
    ['wait', {}, { lastUsedAt: '2026-09-02T00:00:00.000Z' }],
    ['keep', {}, { canary: true }],
    ['wait', {}, { createdAt: '2026-11-24T00:00:00.000Z' }],
  ] satisfies [string, Uses, Partial<ApiKey>][])(
    'advises to %s for %o of %o',
    (advice, uses, key) => {
      const reviewed = review(uses, key);
      expect(reviewed.advice).toBe(advice);
      expect(reviewed.proposedScopes === null).toBe(advice !== 'reduce');
    },
  );

  it('says since when calls were recorded', () => {
    expect(review({}).recordedSince).toBe('2026-09-02T00:00:00.000Z');
    const createdAt = '2026-10-01T01:00:00.000Z';
    expect(review({}, { createdAt }).recordedSince).toBe(createdAt);
    expect(review({}, { createdAt }, '2026-11-01T00:00:00.000Z').recordedSince).toBe(
      '2026-11-01T00:00:00.000Z',
    );
  });
});

describe('a replay', () => {
  const replay = (uses: Uses, ...scopes: string[]) =>
    replayUses(
      Object.entries(uses).map(([needs, calls]) => use(needs, calls)),
      new Set(OWN),
      new Set(scopes),
    );

  it.each([
    ['audit.read', ['audit.read'], { calls: 7 }],
    ['audit.read', ['apis.call'], { calls: 7, refused: 7 }],
    ['audit.read,apis.call', ['apis.call'], { calls: 7, refused: 7 }],
    ['apis.call,+audit.read', ['apis.call'], { calls: 7, uncertain: 7 }],
    ['apis.call,+audit.read', ['audit.read'], { calls: 7, refused: 7 }],
    ['api_keys.read,?', ['api_keys.read', 'apis.call'], { calls: 7, uncertain: 7 }],
    ['api_keys.read,?', ['api_keys.read', 'apis.call', 'invoices.read'], { calls: 7 }],
    ['*', OWN, { calls: 7 }],
    ['*', OWN.slice(1), { calls: 7, uncertain: 7 }],
    ['roles.read', ['apis.call'], { outdated: 7 }],
    // Considered, and not the key's any more.
    ['apis.call,+roles.read', ['apis.call'], { calls: 7 }],
    ['', ['audit.read'], { calls: 7 }],
  ])('of calls that needed "%s", with %o', (needs, scopes, expected) => {
    const none = { calls: 0, refused: 0, uncertain: 0, outdated: 0 };
    const sorted = needs
      .split(',')
      .sort((a, b) => Number(/^[+?*]/.test(a)) - Number(/^[+?*]/.test(b)) || (a < b ? -1 : 1));
    expect(replay({ [sorted.join(',')]: 7 }, ...scopes)).toEqual({ ...none, ...expected });
  });
});
