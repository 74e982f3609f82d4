import { beforeEach, describe, expect, it } from 'vitest';
import { type CalledRoute, decidePolicies } from '../decide-policies.ts';
import { putOwner } from '../index/key-holders.ts';
import { findSecret, putSecret } from '../index/key-index.ts';
import { createKeyIndex, type KeyIndex } from '../index/key-store.ts';
import { routeEntity } from '../policies/entity-model.ts';
import { permitAll, putPolicy, removePolicy } from '../policies/policy-store.ts';
import { requireCompiled, type StoredPolicy } from '../policies/stored-policy.ts';
import { exampleKey, exampleOwner } from '../testing/example-key.ts';
import { statementsOf } from '../testing/policies/statements.ts';
import { claimsOf } from './claim.ts';

const PLACE = { organizationId: 'org_1', workspaceId: 'ws_1' };
const PERMIT = 'permit (principal, action, resource);';
const HASH = new Uint8Array(32).fill(1);
const ROUTE = { gateway: 'edge-1', path: '/v1', host: 'api.example.com', labels: {} };
const CALL: CalledRoute = {
  route: routeEntity({ id: 'edge-1 /v1', ...ROUTE }),
  ...{ ip: '10.1.2.3', method: 'GET', path: '/v1/invoices' },
  otherPaths: () => ({ exact: [], folded: [] }),
  otherMethods: () => [],
  header: () => undefined,
};

let index: KeyIndex;

beforeEach(() => {
  index = createKeyIndex();
  putOwner(index, exampleOwner());
  putSecret(index, HASH, exampleKey());
});

function put(policyId: string, text: string, facts: Partial<StoredPolicy> = {}): void {
  const statements = statementsOf(text);
  putPolicy(index, { policyId, ...PLACE, mode: 'enforce', statements, ...facts });
}

/** @param call null where nothing is known of it */
function decide(call: CalledRoute | null = CALL) {
  const secret = { slot: findSecret(index, HASH), environment: 'live' } as const;
  return decidePolicies(index, secret, PLACE, call ? () => call : undefined, 0);
}

describe('limits', () => {
  const LIMITED = '@limit("10/second, 100/minute") permit (principal, action, resource);';
  const namesOf = (call?: CalledRoute | null) => decide(call).limits?.map(({ id }) => id);

  it('are those of every permit that matches, also beside one without', () => {
    put('pol_1', PERMIT);
    put('pol_2', `forbid (principal, action, resource) when { false }; ${LIMITED}`);
    const get = '@limit("1/day") @per("ip") permit (principal, action == Action::"GET", resource);';
    put('pol_3', get, { workspaceId: null });
    const always = ['pol_2/1 10/second per key', 'pol_2/1 100/minute per key'];
    expect(namesOf()?.toSorted()).toEqual([...always, 'pol_3/0 1/day per ip']);
    expect(namesOf({ ...CALL, method: 'POST' })).toEqual(always);
    removePolicy(index, 'pol_3');
    expect(namesOf(null)).toEqual(always);
    removePolicy(index, 'pol_2');
    expect(decide()).not.toHaveProperty('limits');
  });

  it('are none where the call is denied, and none of shadow policies', () => {
    put('pol_1', LIMITED);
    put('pol_2', 'forbid (principal, action == Action::"GET", resource);');
    expect(namesOf()).toBeUndefined();
    put('pol_1', LIMITED, { mode: 'shadow' });
    put('pol_2', PERMIT);
    expect(namesOf()).toBeUndefined();
  });

  it('hold for a path however it is written', () => {
    put('pol_1', PERMIT);
    const slow = '@limit("1/hour") permit (principal, action, resource)';
    put('pol_2', `${slow} when { context.path == "/slow" };`);
    expect(namesOf({ ...CALL, path: '/%73low' })).toBeUndefined();
    const readings = () => ({ exact: [], folded: ['/slow', '/slow'] });
    expect(namesOf({ ...CALL, path: '/%73low', otherPaths: readings })).toEqual([
      'pol_2/0 1/hour per key',
    ]);
  });

  it('keep the workspace from counting as one that allows every call', () => {
    put('pol_1', LIMITED);
    expect(permitAll([...index.policies.policies.values()])).toBe(false);
  });

  it.each(['@per("key")', '@limit("1/week")', '@limit("0/day")', '@limit("1/day, 2/day")'])(
    'that cannot be read keep a policy from being compiled: %s',
    (annotations) => {
      const statements = statementsOf(`${annotations} ${PERMIT}`);
      expect(() => requireCompiled({ policyId: 'pol_1', statements })).toThrow(/pol_1/);
    },
  );

  it('count for whom they say, and an address for its network', () => {
    const claimant = { keyId: 'key_1', ownerId: 'mem_1', workspaceId: 'ws_1', ip: '192.0.2.1' };
    const per = (each: string, ip = claimant.ip) => {
      put('pol_1', `@limit("1/day") @per("${each}") ${PERMIT}`);
      return claimsOf(decide().limits ?? [], { ...claimant, ip })?.map(({ counter }) => counter);
    };
    expect(per('key')).toEqual(['{ws_1} pol_1/0 1/day per key key_1']);
    expect(per('owner')).toEqual(['{ws_1} pol_1/0 1/day per owner mem_1']);
    expect(per('workspace')).toEqual(['{ws_1} pol_1/0 1/day per workspace ws_1']);
    expect(per('ip')).toEqual(per('ip', '::ffff:192.0.2.1'));
    expect(per('ip')).not.toEqual(per('ip', '192.0.2.2'));
    expect(per('ip', '2001:db8:1:2::3')).toEqual(per('ip', '2001:db8:1:2:ffff::'));
    expect(per('ip', '2001:db8:1:2::3')).not.toEqual(per('ip', '2001:db8:1:3::3'));
    expect(per('ip', '')).toBeUndefined();
  });
});
