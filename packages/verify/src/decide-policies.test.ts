import { beforeEach, describe, expect, it } from 'vitest';
import { type CalledRoute, decidePolicies, wouldDeny } from './decide-policies.ts';
import { putOwner, removeOwner } from './index/key-holders.ts';
import { findSecret, putSecret, removeSecret } from './index/key-index.ts';
import { createKeyIndex, type KeyIndex } from './index/key-store.ts';
import { routeEntity } from './policies/entity-model.ts';
import { putPolicy, removePolicy, usePolicies } from './policies/policy-store.ts';
import { requireCompiled, type StoredPolicy } from './policies/stored-policy.ts';
import { scopeSet } from './scope-set.ts';
import { exampleKey, exampleOwner } from './testing/example-key.ts';
import { statementsOf } from './testing/policies/statements.ts';

const PLACE = { organizationId: 'org_1', workspaceId: 'ws_1' };
const PERMIT = 'permit (principal, action, resource);';
const HASH = new Uint8Array(32).fill(1);
const ROUTE = { gateway: 'edge-1', path: '/v1', host: 'api.example.com', labels: { region: 'eu' } };
const CALL: CalledRoute = {
  route: routeEntity({ id: 'edge-1 /v1', ...ROUTE }),
  ip: '10.1.2.3',
  method: 'GET',
  path: '/v1/invoices',
  otherPaths: () => ({ exact: [], folded: [] }),
  otherMethods: () => [],
  header: (name) => (name === 'x-team' ? 'payments' : undefined),
};

let index: KeyIndex;

beforeEach(() => {
  index = createKeyIndex();
  putOwner(index, exampleOwner());
  putSecret(index, HASH, exampleKey());
});

function put(policyId: string, text: string, facts: Partial<StoredPolicy> = {}): void {
  putPolicy(index, {
    ...{ policyId, ...PLACE, mode: 'enforce', statements: statementsOf(text) },
    ...facts,
  });
}

/** @param call null where nothing is known of it */
function decide(call: CalledRoute | null = CALL) {
  const secret = { slot: findSecret(index, HASH), environment: 'live' } as const;
  return decidePolicies(index, secret, PLACE, call ? () => call : undefined, 0);
}

function reading(path: string, exact: string[], folded: string[] = exact): CalledRoute {
  return { ...CALL, path, otherPaths: () => ({ exact, folded }) };
}

describe('a call', () => {
  it('is denied without a permit, also after the last was removed', () => {
    expect(decide().decision).toBe('deny');
    put('pol_1', PERMIT);
    expect(decide().decision).toBe('allow');
    expect(removePolicy(index, 'pol_1')).toBe(true);
    expect(removePolicy(index, 'pol_1')).toBe(false);
    expect(decide().decision).toBe('deny');
  });

  it('is decided by the workspace and its organization: a forbid of either wins', () => {
    put('pol_1', PERMIT);
    put('pol_2', 'forbid (principal, action, resource);', { workspaceId: 'ws_2' });
    put('pol_3', 'forbid (principal, action, resource);', { ...PLACE, organizationId: 'org_2' });
    expect(decide().decision).toBe('allow');
    put('pol_4', 'forbid (principal, action == Action::"GET", resource);', { workspaceId: null });
    expect(decide()).toMatchObject({
      decision: 'deny',
      enforced: { determining: ['pol_4/0'] },
    });
    expect(decide({ ...CALL, method: 'POST' }).decision).toBe('allow');
    put('pol_4', PERMIT, { workspaceId: null, organizationId: 'org_2' });
    expect(decide().decision).toBe('allow');
  });

  it.each([
    'principal.name == "ci-pipeline" && principal.environment == "live"',
    'principal.tags.contains("ci") && principal.profile == "custom"',
    'principal.createdAt < datetime("2024-01-01") && !(principal has expiresAt)',
    'principal in Member::"mem_1" && principal in Role::"role_developer"',
    'principal.scopes == ["policies.read"]',
    'resource.gateway == "edge-1" && resource.path == "/v1" && resource.host like "api.*"',
    'resource.hasTag("region") && resource.getTag("region") == "eu"',
    'context.ip.isInRange(ip("10.0.0.0/8")) && context.path like "/v1/*"',
    'context.method == "GET" && context.time == datetime("1970-01-01")',
    'context.headers has "x-team" && context.headers["x-team"] == "payments"',
    '!(context.headers has "x-other")',
  ])('can be asked: %s', (condition) => {
    putSecret(index, HASH, exampleKey({ tags: ['ci'] }));
    put('pol_1', `permit (principal, action, resource) when { ${condition} };`);
    expect(decide().decision).toBe('allow');
    put('pol_1', `permit (principal, action, resource) unless { ${condition} };`);
    expect(decide().decision).toBe('deny');
  });

  it('is denied, where its key does not decide, while it or its address is not known', () => {
    put('pol_1', 'permit (principal, action, resource) when { context.method == "GET" };');
    expect(decide(null)).toEqual({ decision: 'deny', lacking: 'request' });
    for (const ip of ['', '10.0.0.256']) {
      expect(decide({ ...CALL, ip })).toEqual({ decision: 'deny', lacking: 'ip' });
    }
    put('pol_2', PERMIT);
    expect(decide({ ...CALL, ip: '' }).lacking).toBe('ip');
    removePolicy(index, 'pol_1');
    expect(decide(null).decision).toBe('allow');
    put('pol_3', 'forbid (principal, action, resource) when { principal.name == "other" };');
    expect(decide(null).decision).toBe('allow');
  });

  it('is denied where a policy forbids what another reader would take its path for', () => {
    put('pol_1', 'permit (principal, action, resource) when { context.path like "/v1/*" };');
    put('pol_2', 'forbid (principal, action, resource) when { context.path like "/v1/admin*" };');
    expect(decide(reading('/v1/%61dmin', [])).decision).toBe('allow');
    const { enforced } = decide(reading('/v1/%61dmin', ['/v1/admin']));
    expect(enforced).toMatchObject({ decision: 'deny', determining: ['pol_2/0'] });
    expect(decide(reading('/V1/x', [], ['/v1/x'])).decision).toBe('deny');
    // Compared in no way that folds it.
    const users = '["/v1/Users"].containsAny([context.path])';
    put('pol_2', `forbid (principal, action, resource) when { ${users} };`);
    expect(decide(reading('/v1/%55sers', ['/v1/Users'], ['/v1/users'])).decision).toBe('deny');
    const unreadable = { ...CALL, otherPaths: () => undefined };
    expect(decide(unreadable)).toEqual({ decision: 'deny', lacking: 'path' });
  });

  it('is denied where nothing permits what another reader would take its path for', () => {
    put('pol_1', 'permit (principal, action, resource) unless { context.path like "/admin*" };');
    for (const call of [
      reading('/%61dmin', ['/admin']),
      reading('/ADMIN', [], ['/admin']),
      reading('/x', ['/x'], ['/x', '/admin']),
    ]) {
      expect(decide(call)).toEqual({ decision: 'deny', lacking: 'path' });
    }
    put('pol_1', 'permit (principal, action, resource) when { context.path like "*.css" };');
    expect(decide(reading('/admin;.css', ['/admin'])).lacking).toBe('path');
    expect(decide(reading('/a//b.css', ['/a/b.css'])).decision).toBe('allow');
  });

  it('is allowed by all that permits any reading of its path, and by what that depends on', () => {
    put('pol_1', 'permit (principal, action, resource) when { context.path like "/v1/*" };');
    put('pol_2', 'permit (principal, action, resource) when { context.path == "/v1/a" };');
    expect(decide(reading('/v1/%61', ['/v1/a']))).toMatchObject({
      decision: 'allow',
      enforced: { determining: ['pol_1/0', 'pol_2/0'] },
    });
  });

  it.each([
    'context.path like "/v1/Users*"',
    'context.path == "/v1/Users"',
    '"/v1/Users" == context.path',
    '["/v1/Users", "/v1/Teams"].contains(context.path)',
    '!(context.path != "/v1/Users")',
    'context.path == (if context.method == "GET" then "/v1/Users" else "/")',
  ])('means the same in upper and lower case where another reader folds it: %s', (condition) => {
    put('pol_1', `permit (principal, action, resource) when { ${condition} };`);
    expect(decide(reading('/v1/Users', [], ['/v1/users'])).decision).toBe('allow');
    expect(decide(reading('/v1/Other', [], ['/v1/other'])).decision).toBe('deny');
    put('pol_1', PERMIT);
    put('pol_2', `forbid (principal, action, resource) when { ${condition} };`);
    expect(decide(reading('/v1/Other', [], ['/v1/other'])).decision).toBe('allow');
    expect(decide(reading('/V1/USERS', [], ['/v1/users'])).decision).toBe('deny');
    expect(decide(reading('/v1/users', [])).decision).toBe('deny');
    const escaped = reading('/v1/%55sers', ['/v1/Users'], ['/v1/%55sers', '/v1/users']);
    expect(decide(escaped).decision).toBe('deny');
  });

  it('is not asked about where a control plane without policies sent the key', () => {
    expect(usePolicies(index, 'ignore')).toBe(true);
    expect(decide()).toEqual({ decision: 'allow' });
    expect(usePolicies(index, 'evaluate')).toBe(false);
    index = createKeyIndex();
    putOwner(index, exampleOwner());
    putSecret(index, HASH, exampleKey());
    expect(usePolicies(index, 'evaluate')).toBe(true);
    expect(usePolicies(index, 'ignore')).toBe(false);
    expect(decide().decision).toBe('deny');
  });
});

describe('a shadow policy', () => {
  it('permits nothing', () => {
    put('pol_1', PERMIT, { mode: 'shadow' });
    expect(decide().decision).toBe('deny');
    expect(wouldDeny(decide())).toBe(false);
  });

  it('forbids nothing, and says what it would have', () => {
    put('pol_1', PERMIT);
    put('pol_2', 'forbid (principal, action == Action::"GET", resource);', { mode: 'shadow' });
    expect(decide()).toMatchObject({
      decision: 'allow',
      shadow: { decision: 'deny', determining: ['pol_2/0'] },
    });
    expect(wouldDeny(decide())).toBe(true);
    expect(wouldDeny(decide({ ...CALL, method: 'POST' }))).toBe(false);
    // Nothing is known of the call, and only a shadow policy asks.
    for (const call of [null, { ...CALL, ip: '' }]) {
      expect(decide(call).decision).toBe('allow');
      expect(wouldDeny(decide(call))).toBe(false);
    }
  });

  it('says so also where the key alone decides', () => {
    put('pol_1', PERMIT);
    put('pol_2', 'forbid (principal, action, resource);', { mode: 'shadow' });
    expect(decide(null).decision).toBe('allow');
    expect(wouldDeny(decide(null))).toBe(true);
  });
});

describe('what was compiled for a key', () => {
  const byTag = 'permit (principal, action, resource) when { principal.tags.contains("ci") };';

  it('follows the key, its owner, and the policies', () => {
    put('pol_1', byTag);
    expect(decide().decision).toBe('deny');
    putSecret(index, HASH, exampleKey({ tags: ['ci'] }));
    expect(decide().decision).toBe('allow');
    putSecret(index, HASH, exampleKey());
    expect(decide().decision).toBe('deny');
    put('pol_1', 'permit (principal in Role::"role_developer", action, resource);');
    expect(decide().decision).toBe('allow');
    putOwner(index, exampleOwner({ roleId: 'role_viewer' }));
    expect(decide().decision).toBe('deny');
    const hasScope = 'principal.scopes.contains("policies.read")';
    put('pol_1', `permit (principal, action, resource) when { ${hasScope} };`);
    expect(decide().decision).toBe('allow');
    putOwner(index, exampleOwner({ scopes: scopeSet(['usage.read']) }));
    expect(decide().decision).toBe('deny');
    putOwner(index, exampleOwner());
    expect(decide().decision).toBe('allow');
    removeOwner(index, 'mem_1');
    expect(decide().decision).toBe('deny');
  });

  it('is not another secret’s that takes its slot, or moves there', () => {
    put('pol_1', byTag);
    putSecret(index, HASH, exampleKey({ tags: ['ci'] }));
    expect(decide().decision).toBe('allow');
    removeSecret(index, HASH);
    putSecret(index, HASH, exampleKey({ keyId: 'key_2' }));
    expect(decide().decision).toBe('deny');
    for (let number = 0; number < 200; number++) {
      const hash = new Uint8Array(32).fill(number);
      putSecret(index, hash, exampleKey({ tags: number % 2 ? ['ci'] : [] }));
      for (let each = 0; each <= number; each++) {
        const slot = findSecret(index, new Uint8Array(32).fill(each));
        const { decision } = decidePolicies(
          index,
          { slot, environment: 'live' },
          PLACE,
          () => CALL,
          0,
        );
        expect(decision).toBe(each % 2 ? 'allow' : 'deny');
      }
    }
  });

  it('is kept for a limited number of keys', () => {
    put('pol_1', byTag.repeat(100));
    for (let number = 0; number < 500; number++) {
      const hash = new Uint8Array(new Uint32Array(8).fill(number * 2_654_435_761).buffer);
      putSecret(index, hash, exampleKey());
      const slot = findSecret(index, hash);
      decidePolicies(index, { slot, environment: 'live' }, PLACE, () => CALL, 0);
    }
    const { keys, olderKeys } = index.policies;
    expect(keys.size + olderKeys.size).toBeLessThan(400);
  });

  it('is kept for fewer keys, the more each takes', () => {
    const many = Array.from({ length: 100 }, () => 'context.path == principal.name').join(' || ');
    put('pol_1', `permit (principal, action, resource) when { ${many} };`.repeat(40));
    const hashes = Array.from({ length: 30 }, (_, number) => new Uint8Array(32).fill(number));
    for (const hash of hashes) putSecret(index, hash, exampleKey());
    for (const hash of hashes) {
      const slot = findSecret(index, hash);
      decidePolicies(index, { slot, environment: 'live' }, PLACE, () => CALL, 0);
    }
    const { keys, olderKeys } = index.policies;
    expect(keys.size + olderKeys.size).toBeLessThan(15);
  });

  it('is refused by name where it cannot be compiled', () => {
    const unknown = { policyId: 'pol_1', statements: [{ effect: 'permit' }] };
    expect(() => requireCompiled(unknown)).toThrow('pol_1/0');
    expect(() => requireCompiled({ ...unknown, statements: statementsOf(PERMIT) })).not.toThrow();
    putPolicy(index, { ...unknown, ...PLACE, mode: 'enforce' });
    expect(() => decide()).toThrow('pol_1/0');
  });
});
