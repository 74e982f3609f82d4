import type { KeyFacts, KeyOwner } from '../key-facts.ts';
import { scopeSet } from '../scope-set.ts';

/** For tests: a key that anyone may use for reading policies, but for what is given. */
export function exampleKey(facts: Partial<KeyFacts> = {}): KeyFacts {
  return {
    keyId: 'key_1',
    name: 'ci-pipeline',
    organizationId: 'org_1',
    workspaceId: null,
    ownerId: 'mem_1',
    status: 'active',
    expiresAtMs: null,
    scopes: scopeSet(['policies.read']),
    allowedIps: [],
    tags: [],
    profile: 'custom',
    createdAtMs: 1_700_000_000_000,
    retiresAtMs: null,
    ...facts,
  };
}

/** For tests: the owner of `exampleKey`, who may write policies too. */
export function exampleOwner(facts: Partial<KeyOwner> = {}): KeyOwner {
  return {
    memberId: 'mem_1',
    organizationId: 'org_1',
    active: true,
    scopes: scopeSet(['policies.read', 'policies.create']),
    roleId: 'role_developer',
    ...facts,
  };
}
