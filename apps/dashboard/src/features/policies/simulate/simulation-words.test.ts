import type { SimulatedPolicy } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { byWeight, limitWords, reasonWords, shadowWords } from './simulation-words.ts';

function policy(name: string | null, fields: Partial<SimulatedPolicy> = {}): SimulatedPolicy {
  return {
    ...{ id: null, name, workspaceId: null, mode: 'enforce', isDraft: false },
    ...{ effect: 'does_not_match', determines: false },
    ...fields,
  };
}

const ANSWER = { missingScopes: [], isPathAmbiguous: false, wouldDeny: false, policies: [] };
const FORBIDS = { effect: 'forbids', determines: true } as const;

it('names the policies that a decision follows from', () => {
  const permits = { effect: 'permits', determines: true } as const;
  expect(
    reasonWords({
      ...ANSWER,
      code: 'valid',
      policies: [policy('a', permits), policy('b', permits), policy('c')],
    }),
  ).toBe('Permitted by a and b.');
  const own = policy(null, { ...FORBIDS, isDraft: true });
  expect(reasonWords({ ...ANSWER, code: 'policy_denied', policies: [own] })).toBe(
    'Forbidden by Your policy.',
  );
  const many = 'abcdefg'.split('').map((name) => policy(name, FORBIDS));
  expect(reasonWords({ ...ANSWER, code: 'policy_denied', policies: many })).toBe(
    'Forbidden by a, b, c, d, e, and 2 more.',
  );
});

it('says why nothing was determined by a policy', () => {
  const denied = { ...ANSWER, code: 'policy_denied' } as const;
  expect(reasonWords(denied)).toBe('No policy permits it.');
  expect(reasonWords({ ...denied, isPathAmbiguous: true })).toMatch(/two ways/);
  expect(reasonWords({ ...ANSWER, code: 'insufficient_scope', missingScopes: ['apis.call'] })).toBe(
    'The key lacks apis.call. Policies are not asked.',
  );
  expect(reasonWords({ ...ANSWER, code: 'expired' })).toMatch(/^The key has expired/);
});

it('names those in shadow mode that would refuse, and no other', () => {
  const policies = [
    policy('enforced', FORBIDS),
    policy('shadow', { mode: 'shadow', effect: 'forbids' }),
    policy('silent', { mode: 'shadow' }),
  ];
  expect(shadowWords({ policies })).toMatch(/^shadow would refuse it\./);
});

it('names the rate limits that a call needs room in, and their policies', () => {
  const limit = { policyId: null, count: 1000, unit: 'hour', per: 'key' } as const;
  expect(limitWords({ limits: [limit], policies: [policy('edited', { isDraft: true })] })).toBe(
    'The call also needs room in its rate limits: 1,000/hour per key (edited). Only gateways know how much is left.',
  );
});

it('shows what determines before what is tried, and then what matches', () => {
  const policies = [
    policy('none'),
    policy('permits', { effect: 'permits' }),
    policy('draft', { isDraft: true }),
    policy('determines', FORBIDS),
  ];
  expect(byWeight(policies).map(({ name }) => name)).toEqual([
    ...['determines', 'draft', 'permits', 'none'],
  ]);
});
