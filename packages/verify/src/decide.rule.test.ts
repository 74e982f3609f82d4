import { isApiScope, KEY_STATUSES, SCOPES } from '@tollkeeper/contract';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type DecisionRequest, decide, effectiveScopes } from './decide.ts';
import { putOwner, removeOwner } from './index/key-holders.ts';
import { findSecret, putSecret, removeSecret, secretFacts } from './index/key-index.ts';
import { putOrganization } from './index/key-organizations.ts';
import { createKeyIndex, type KeyIndex } from './index/key-store.ts';
import type { KeyFacts, KeyOrganization, KeyOwner } from './key-facts.ts';
import { createSecret, hashSecret } from './key-text.ts';
import { ALL_API_SCOPES, includes, scopeSet, union } from './scope-set.ts';
import { ADDRESSES, ADMITTED, expectedCode, type World } from './testing/reference.ts';

const secret = fc
  .nat(5)
  .map((seed) => createSecret('tk_live_', (count) => new Uint8Array(count).fill(seed)));
const organizationId = fc.constantFrom('org_1', 'org_1', 'org_1', 'org_2');
const workspaceId = fc.constantFrom('ws_1', 'ws_2');
const memberId = fc.constantFrom('mem_1', 'mem_2');
const mostly = fc.integer({ min: 0, max: 4 }).map((n) => n > 0);
/** Times are 0 to 9, so that now often is the very moment of expiry. */
const time = fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, fc.nat(9));
/** More than a key stores itself: larger sets are stored by number. */
const API_SCOPES = Array.from({ length: 8 }, (_, i) => `invoices.read-${i}`).filter(isApiScope);
const someScopes = [SCOPES[0], SCOPES[31], SCOPES[32], SCOPES.at(-1), ...API_SCOPES].filter(
  (name) => name,
);
const scopes = fc
  .oneof(fc.constant(someScopes), fc.subarray(someScopes))
  .map((names) => scopeSet(names.filter((name) => name !== undefined)));

/** Of some roles, which hold every API scope. */
const held = fc.oneof(
  scopes,
  scopes.map((set) => union(set, ALL_API_SCOPES)),
);
const owner = fc.record<KeyOwner>({
  ...{ memberId, organizationId, active: mostly, scopes: held },
  roleId: fc.constant('role_developer'),
});
const allowedIps = fc.oneof(fc.constant([]), fc.subarray(Object.keys(ADMITTED)));
const organization = fc.record<KeyOrganization>({ organizationId, allowedIps });
const facts = fc.record<KeyFacts>({
  keyId: fc.constant('key_1'),
  name: fc.constant('ci-pipeline'),
  organizationId,
  workspaceId: fc.option(workspaceId),
  ownerId: memberId,
  status: fc.constantFrom('active', 'active', 'active', ...KEY_STATUSES),
  expiresAtMs: time,
  scopes,
  allowedIps,
  tags: fc.constant([]),
  profile: fc.constant('custom'),
  createdAtMs: fc.constant(0),
  retiresAtMs: time,
});
const request = fc.record<DecisionRequest, 'secret'>(
  { secret, organizationId, workspaceId, ip: fc.constantFrom(...ADDRESSES), scopes },
  { requiredKeys: ['secret'] },
);
const step = fc.oneof(
  fc.record({ owner }),
  fc.record({ organization }),
  fc.record({ secret, facts }),
  fc.record({ secret, facts }),
  fc.record({ request, nowMs: fc.nat(9) }),
  fc.record({ request, nowMs: fc.nat(9) }),
  fc.oneof(fc.record({ goneOwner: memberId }), fc.record({ goneSecret: secret })),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function emptyWorld(): World {
  return { owners: new Map(), organizations: new Map(), secrets: new Map() };
}

function change(index: KeyIndex, world: World, now: Step): void {
  if ('owner' in now) {
    putOwner(index, now.owner);
    world.owners.set(now.owner.memberId, now.owner);
  } else if ('organization' in now) {
    putOrganization(index, now.organization);
    world.organizations.set(now.organization.organizationId, now.organization.allowedIps);
  } else if ('facts' in now) {
    putSecret(index, hashSecret(now.secret), now.facts);
    world.secrets.set(now.secret, now.facts);
  } else if ('goneOwner' in now) {
    expect(removeOwner(index, now.goneOwner)).toBe(world.owners.delete(now.goneOwner));
  } else if ('goneSecret' in now) {
    const known = world.secrets.delete(now.goneSecret);
    expect(removeSecret(index, hashSecret(now.goneSecret))).toBe(known);
  }
}

it('answers what the rule says, at every point of any history', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 80 }), (history) => {
      const index = createKeyIndex();
      const world = emptyWorld();
      for (const now of history) {
        change(index, world, now);
        if (!('request' in now)) continue;
        const { code, slot } = decide(index, now.request, now.nowMs);
        expect(code).toBe(expectedCode(world, now.request, now.nowMs));
        const known = world.secrets.get(now.request.secret);
        expect(secretFacts(index, slot)).toEqual(code === 'not_found' ? undefined : known);
        seen.add(code);
      }
    }),
    { numRuns: 500 },
  );
  expect(seen.size).toBe(9);
});

it('never lets a key exceed its own scopes or those its owner holds at that moment', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (history) => {
      const index = createKeyIndex();
      const world = emptyWorld();
      for (const now of history) {
        change(index, world, now);
        for (const [text, key] of world.secrets) {
          const effective = effectiveScopes(index, findSecret(index, hashSecret(text)));
          const holder = world.owners.get(key.ownerId);
          const ceiling = holder?.active ? holder.scopes : scopeSet([]);
          expect(includes(key.scopes, effective) && includes(ceiling, effective)).toBe(true);
        }
      }
    }),
  );
});
