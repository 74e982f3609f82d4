import { expect, it } from 'vitest';
import { type CalledRoute, decidePolicies, shadowDenials, wouldDeny } from './decide-policies.ts';
import { putOwner } from './index/key-holders.ts';
import { findSecret, putSecret } from './index/key-index.ts';
import { createKeyIndex } from './index/key-store.ts';
import { routeEntity } from './policies/entity-model.ts';
import { putPolicy } from './policies/policy-store.ts';
import type { StoredPolicy } from './policies/stored-policy.ts';
import { exampleKey, exampleOwner } from './testing/example-key.ts';
import { statementsOf } from './testing/policies/statements.ts';

const PLACE = { organizationId: 'org_1', workspaceId: 'ws_1' };
const HASH = new Uint8Array(32).fill(1);
const ROUTE = { gateway: 'edge-1', path: '/v1', host: 'api.example.com', labels: {} };
const CALL: CalledRoute = {
  route: routeEntity({ id: 'edge-1 /v1', ...ROUTE }),
  ...{ ip: '10.1.2.3', method: 'GET', path: '/admin' },
  otherPaths: () => ({ exact: [], folded: [] }),
  otherMethods: () => [],
  header: () => undefined,
};
const FORBID_PATH = 'forbid (principal, action, resource) when { context.path == "/admin" };';
const FORBID_DELETE = 'forbid (principal, action == Action::"DELETE", resource);';
/** With the first the key alone decides, with the second the request. */
const PERMITS = [
  'permit (principal, action, resource);',
  'permit (principal, action, resource) when { context.method == "GET" };',
];

/** In shadow mode, and enforced. */
function decide(permit: string, forbids: readonly string[], call: Partial<CalledRoute>) {
  const [shadow, enforced] = (['shadow', 'enforce'] as const).map((mode) => {
    const index = createKeyIndex();
    const put = (policyId: string, text: string, facts: Pick<StoredPolicy, 'mode'>) =>
      putPolicy(index, { policyId, ...PLACE, ...facts, statements: statementsOf(text) });
    putOwner(index, exampleOwner());
    putSecret(index, HASH, exampleKey());
    put('pol_0', permit, { mode: 'enforce' });
    for (const [at, text] of forbids.entries()) put(`pol_${at + 1}`, text, { mode });
    const secret = { slot: findSecret(index, HASH), environment: 'live' } as const;
    return decidePolicies(index, secret, PLACE, () => ({ ...CALL, ...call }), 0);
  });
  if (!shadow || !enforced) throw new Error('Nothing was decided');
  return { shadow, enforced };
}

it.each<[string, Partial<CalledRoute>, boolean]>([
  ['as it was sent', {}, true],
  ['in lower case', { path: '/ADMIN', otherPaths: reads([], ['/admin']) }, true],
  ['without escapes', { path: '/%61dmin', otherPaths: reads(['/admin'], ['/admin']) }, true],
  ['by another path', { path: '/other', otherPaths: reads(['/third'], ['/third']) }, false],
])('a shadow policy would refuse what it would if it were enforced: %s', (_, call, isRefused) => {
  for (const permit of PERMITS) {
    const { shadow, enforced } = decide(permit, [FORBID_PATH], call);
    expect(enforced.decision).toBe(isRefused ? 'deny' : 'allow');
    expect(shadow.decision).toBe('allow');
    expect(wouldDeny(shadow)).toBe(isRefused);
  }
});

it('each shadow policy that would refuse any reading is named', () => {
  const call = {
    path: '/Admin',
    otherPaths: reads([], ['/admin']),
    otherMethods: () => ['DELETE'],
  };
  const { shadow, enforced } = decide(PERMITS[0] ?? '', [FORBID_PATH, FORBID_DELETE], call);
  expect(enforced.decision).toBe('deny');
  expect(shadowDenials(shadow)).toEqual(['pol_1', 'pol_2']);
});

function reads(exact: string[], folded: string[]): CalledRoute['otherPaths'] {
  return () => ({ exact, folded });
}
