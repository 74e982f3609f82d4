import { isScope } from '@tollkeeper/contract';
import type { Entry } from '@tollkeeper/protocol';
import {
  ALL_API_SCOPES,
  type CalledRoute,
  decideHash,
  decidePolicies,
  effectiveScopes,
  type KeyIndex,
  putKey,
  putOrganization,
  putOwner,
  putPolicy,
  removeKey,
  removeOwner,
  removePolicy,
  routeEntity,
  scopeSet,
  secretFacts,
  union,
} from '@tollkeeper/verify';
import { idOf, ORGANIZATION_ID, SECRETS } from '../../../protocol/src/testing/entry.ts';

/** For tests: what `applyPart` does with the entry, without a part. */
export function putDirectly(index: KeyIndex, each: Entry): void {
  const organizationId = ORGANIZATION_ID;
  if (each.type === 'organization') putOrganization(index, each);
  if (each.type === 'owner-removed') removeOwner(index, each.memberId);
  if (each.type === 'key-removed') removeKey(index, each.keyId);
  if (each.type === 'policy') putPolicy(index, { ...each, organizationId, workspaceId: null });
  if (each.type === 'policy-removed') removePolicy(index, each.policyId);
  if (each.type === 'owner') {
    const named = scopeSet(each.scopes);
    const scopes = each.allApiScopes ? union(named, ALL_API_SCOPES) : named;
    putOwner(index, { ...each, organizationId, scopes });
  }
  if (each.type === 'key') {
    putKey(index, { ...each, organizationId, scopes: scopeSet(each.scopes) });
  }
}

const CALL: CalledRoute = {
  route: routeEntity({ id: 'a', gateway: 'edge-1', path: '/', host: 'a', labels: {} }),
  ip: '10.1.2.3',
  method: 'GET',
  path: '/',
  otherPaths: () => ({ exact: [], folded: [] }),
  otherMethods: () => [],
  header: () => undefined,
};

/** For tests: all that the index tells about each secret, a line of text each. */
export function answers(index: KeyIndex): string[] {
  return SECRETS.map((hash) => {
    const conditions = [
      {},
      { ip: '10.1.2.3' },
      { workspaceId: idOf('ws', 1), ip: '2001:db8::1', scopes: scopeSet(['policies.read']) },
      { ip: '10.1.2.3', scopes: scopeSet(['invoices.read'].filter(isScope)) },
    ];
    const decisions = conditions.map((each) => decideHash(index, hash, each, 5));
    const slot = decisions[0]?.slot ?? -1;
    const codes = decisions.map(({ code }) => code);
    const place = { organizationId: ORGANIZATION_ID, workspaceId: idOf('ws', 1) };
    const secret = { slot, environment: 'live' } as const;
    const policies = slot >= 0 && decidePolicies(index, secret, place, () => CALL, 0);
    const facts = [secretFacts(index, slot), effectiveScopes(index, slot), policies];
    return JSON.stringify([codes, ...facts], withSortedNames);
  });
}

/** Policies have no order: a list of those that decided begins with the one that came first. */
function withSortedNames(name: string, value: unknown): unknown {
  return name === 'determining' && Array.isArray(value) ? value.toSorted() : value;
}
