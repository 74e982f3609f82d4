import type { ApiKeyWithSecret, Identity, Role, Scope } from '@tollkeeper/contract';
import { isScope } from '@tollkeeper/contract';
import { authorize, createCounters, systemClock } from '@tollkeeper/gateway-core';
import { scopeSet } from '@tollkeeper/verify';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Client } from '../testing/client.ts';
import { WAIT } from '../testing/fleet-world.ts';
import { join } from '../testing/join.ts';
import { makeKey } from '../testing/keys.ts';
import { startOtherOrganization } from '../testing/other-organization.ts';
import type { Query } from '../testing/query-database.ts';
import { startRealGateway } from '../testing/real-gateway.ts';
import { defaultWorkspace, startOrganization } from '../testing/start-organization.ts';
import type { TestApp } from '../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let query: Query;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
});

async function define(name: string) {
  const { status } = await owner.post('/v1/api-scopes', { name });
  expect([201, 409]).toContain(status);
}

const body = (...scopes: string[]) => ({ name: 'caller', profile: 'custom', scopes });

describe('API scopes', () => {
  it('can be put on keys and on custom roles, once the organization has defined them', async () => {
    const scopes = ['apis.call', 'invoices.read'];
    const early = await owner.post('/v1/api-keys', body(...scopes));
    expect(early.problem).toMatchObject({ status: 422, errors: [{ path: 'scopes/1' }] });
    await define('invoices.read');
    const { body: key } = await owner.post<ApiKeyWithSecret>('/v1/api-keys', body(...scopes));
    expect(key.scopes).toEqual(scopes);
    const role = await owner.post<Role>('/v1/roles', { name: 'Clerk', scopes });
    expect(role.body.scopes).toEqual(scopes);
    const edited = await owner.patch<Role>(`/v1/roles/${role.body.id}`, {
      scopes: [...scopes, 'invoices.pay'],
    });
    expect(edited.problem).toMatchObject({ status: 422, errors: [{ path: 'scopes/2' }] });
  });

  it('are refused alike, defined or not, to a caller who may not read which there are', async () => {
    await define('ledger.pay');
    const { client } = await makeKey(app, owner, { scopes: ['api_keys.create', 'roles.create'] });
    for (const scopes of [['ledger.pay'], ['ledger.nothing']]) {
      for (const path of ['/v1/api-keys', '/v1/roles']) {
        const { profile, ...role } = body(...scopes);
        const given = path === '/v1/roles' ? role : { ...role, profile };
        const { problem } = await client.post(path, given);
        expect(problem).toMatchObject({ code: 'scope_not_held', scopes });
      }
    }
  });

  it('are those of the own organization only', async () => {
    const stranger = await startOtherOrganization(app, owner, query);
    await define('ledger.read');
    const refused = await stranger.post('/v1/api-keys', body('ledger.read'));
    expect(refused.problem).toMatchObject({ status: 422, errors: [{ path: 'scopes/0' }] });
    const { body: seen } = await stranger.get<Identity>('/v1/whoami');
    expect(seen.scopes).not.toContain('ledger.read');
  });

  it('are held by owner and admin, and given by nobody who does not hold them', async () => {
    await define('invoices.read');
    const admin = await join(app, owner, 'Ann', 'role_admin');
    const developer = await join(app, owner, 'Dan', 'role_developer');
    expect((await admin.client.post('/v1/api-keys', body('invoices.read'))).status).toBe(201);
    const refused = await developer.client.post('/v1/api-keys', body('invoices.read'));
    expect(refused.problem).toMatchObject({ code: 'scope_not_held', scopes: ['invoices.read'] });
    for (const client of [owner, admin.client]) {
      const { body: identity } = await client.get<Identity>('/v1/whoami');
      expect(identity.scopes).toContain('invoices.read');
    }
    const { scopes } = (await developer.client.get<Identity>('/v1/whoami')).body;
    expect(scopes).not.toContain('invoices.read');
  });

  it('are not given with the role of an admin either, by a key that does not hold them', async () => {
    await define('invoices.read');
    const { client } = await makeKey(app, owner, { profile: 'organization' });
    const invite = () =>
      client.post('/v1/invitations', { email: 'eve@example.com', roleId: 'role_admin' });
    const refused = await invite();
    expect(refused.problem.code).toBe('scope_not_held');
    expect(refused.problem.scopes).toContain('invoices.read');
    await query('delete from api_scope');
    expect((await invite()).status).toBe(201);
  });

  it('are listed for those who may read them, or hold them', async () => {
    await define('invoices.read');
    const listed = async (client: Client) => {
      const { body } = await client.get<{ scopes: { name: Scope; held: boolean }[] }>('/v1/scopes');
      return body.scopes.find(({ name }) => (name as string) === 'invoices.read')?.held;
    };
    const key = await makeKey(app, owner, { scopes: ['invoices.read'] });
    const reader = await makeKey(app, owner, { scopes: ['policies.read'] });
    const neither = await makeKey(app, owner, { scopes: ['usage.read'] });
    const answers = [owner, key.client, reader.client, neither.client].map(listed);
    expect(await Promise.all(answers)).toEqual([true, true, false, undefined]);
  });

  it('decide at gateways by what the key holds, and its owner now', async () => {
    await define('invoices.read');
    const scopes = ['apis.call', 'invoices.read'];
    const { body: role } = await owner.post<Role>('/v1/roles', {
      name: 'Caller',
      scopes: [...scopes, 'api_keys.create'],
    });
    const { client } = await join(app, owner, 'Cal', role.id);
    const ofOwner = await makeKey(app, owner, { scopes });
    const ofMember = await makeKey(app, client, { scopes });
    const without = await makeKey(app, owner, { scopes: ['apis.call'] });
    const { fleet } = await startRealGateway(app, owner, await defaultWorkspace(owner));
    const required = scopeSet(['invoices.read'].filter(isScope));
    const codes = () =>
      [ofOwner, ofMember, without].map(({ secret }) => {
        const request = { secret, ip: '127.0.0.1', required, call: undefined };
        return authorize(fleet, request, Date.now(), createCounters(systemClock)).code;
      });
    const denied = 'insufficient_scope';
    await vi.waitUntil(() => codes()[0] === 'valid', WAIT);
    expect(codes()).toEqual(['valid', 'valid', denied]);
    await owner.patch(`/v1/roles/${role.id}`, { scopes: ['apis.call'] });
    await vi.waitUntil(() => codes()[1] === denied, WAIT);
    expect(codes()).toEqual(['valid', denied, denied]);
  });
});
