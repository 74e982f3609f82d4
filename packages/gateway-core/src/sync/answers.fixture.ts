import { isScope } from '@tollkeeper/contract';
import type { Entry } from '@tollkeeper/protocol';
import {
  ALL_API_SCOPES,
  decideHash,
  effectiveScopes,
  type KeyIndex,
  putKey,
  putOrganization,
  putOwner,
  removeKey,
  removeOwner,
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
  if (each.type === 'owner') {
    const named = scopeSet(each.scopes);
    const scopes = each.allApiScopes ? union(named, ALL_API_SCOPES) : named;
    putOwner(index, { ...each, organizationId, scopes });
  }
  if (each.type === 'key') {
    putKey(index, { ...each, organizationId, scopes: scopeSet(each.scopes) });
  }
}

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
    return JSON.stringify([codes, secretFacts(index, slot), effectiveScopes(index, slot)]);
  });
}
