import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { choosePlan, claimedOrganization } from '../../testing/people.ts';
import { type Query, queryDatabase } from '../../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';
import { NEEDS_PER_DAY_MAX } from '../../usage/scope-uses.ts';
import { storeUsage } from '../../usage/store-usage.ts';
import { firstDay, readScopeUses } from './read-scope-uses.ts';

let app: TestApp;
let owner: Client;
let query: Query;
let organizationId: string;
let verifier: TestKey;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  query = queryDatabase(app.database);
  await choosePlan(app, 'enterprise');
  ({ organizationId } = await claimedOrganization(app));
  await owner.post('/v1/api-scopes', { name: 'invoices.read' });
  verifier = await makeKey(app, owner, { scopes: ['api_keys.verify'] });
});

/** What the calls of the key needed, with how many they were, and how many were accepted at all. */
async function usesOf({ id }: TestKey) {
  await app.services.usage.flush();
  const rows = await query<{ needs: string; calls: number }>(
    'select needs, calls::int from scope_use where key_id = $1 and calls <> 0 order by needs',
    [id],
  );
  const [counted] = await query<{ accepted: number }>(
    'select coalesce(sum(accepted), 0)::int as accepted from key_usage where key_id = $1',
    [id],
  );
  const calls = rows.reduce((sum, row) => sum + row.calls, 0);
  expect(calls).toBe(counted?.accepted);
  return Object.fromEntries(rows.map((row) => [row.needs, row.calls]));
}

const make = (...scopes: string[]) => makeKey(app, owner, { scopes });

describe('a call of the API', () => {
  it('needs the scope of its route, and nothing of one that asks for none', async () => {
    const key = await make('usage.read', 'audit.read');
    await key.client.get('/v1/usage');
    await key.client.get('/v1/usage');
    await key.client.get('/v1/whoami');
    await key.client.get('/v1/scopes');
    expect(await usesOf(key)).toEqual({ '': 2, 'usage.read': 2 });
  });

  it('considers what the handler asked for and the key held', async () => {
    const lesser = await make('api_keys.read');
    await lesser.client.get('/v1/api-keys');
    expect(await usesOf(lesser)).toEqual({ 'api_keys.read': 1 });
    const greater = await make('api_keys.read', 'api_keys.manage_all', 'members.read');
    await greater.client.get('/v1/api-keys');
    expect(await usesOf(greater)).toEqual({
      'api_keys.read,+api_keys.manage_all,+members.read': 1,
    });
  });

  it('needs what it hands on', async () => {
    const key = await make('api_keys.create', 'usage.read', 'invoices.read', 'audit.read');
    const body = { name: 'child', profile: 'custom', scopes: ['usage.read', 'invoices.read'] };
    expect((await key.client.post('/v1/api-keys', body)).status).toBe(201);
    const [needs = ''] = Object.keys(await usesOf(key));
    expect(needs.split(',').filter((each) => !each.startsWith('+'))).toEqual([
      'api_keys.create',
      'invoices.read',
      'usage.read',
    ]);
    expect(needs).not.toContain('audit.read');
  });

  it('considers what a preset gave, since less would have given less', async () => {
    const key = await make('api_keys.create', 'usage.read', 'audit.read', 'api_keys.verify');
    const body = { name: 'child', profile: 'read-only' };
    expect((await key.client.post('/v1/api-keys', body)).status).toBe(201);
    const [needs = ''] = Object.keys(await usesOf(key));
    expect(needs).toMatch(/audit\.read.*usage\.read/);
    expect(needs).not.toContain('api_keys.verify');
  });

  it('is not recorded where it was refused, and needs its route where only the handler refused', async () => {
    const key = await make('api_keys.create', 'audit.webhook_manage');
    expect((await key.client.get('/v1/usage')).status).toBe(403);
    const url = 'https://hooks.example/';
    const endpoint = { name: 'Hooks', url, eventTypes: ['*'] };
    expect((await key.client.post('/v1/webhook-endpoints', endpoint)).status).toBe(403);
    expect(await usesOf(key)).toEqual({ 'audit.webhook_manage': 1 });
  });
});

describe('a verification', () => {
  const verify = (key: TestKey, body: object = {}) =>
    verifier.client.post('/v1/api-keys/verify', { key: key.secret, ...body });

  it('needs the scopes asked for, and may need any API scope where none is', async () => {
    const key = await make('apis.call', 'invoices.read', 'usage.read');
    await verify(key, { scopes: ['invoices.read'] });
    await verify(key, { scopes: ['invoices.read', 'usage.read'] });
    await verify(key, { scopes: ['audit.read'] });
    await verify(key, { scopes: ['usage.read'] });
    await verify(key);
    expect(await usesOf(key)).toEqual({
      'invoices.read': 1,
      'invoices.read,usage.read': 1,
      'usage.read,?': 1,
      '?': 1,
    });
    expect(Object.keys(await usesOf(verifier))).toEqual(['api_keys.verify']);
  });

  it('considers the scopes that policies ask for', async () => {
    const { body } = await owner.get<{ data: { id: string }[] }>('/v1/workspaces');
    const workspaceId = body.data[0]?.id;
    const text = `permit (principal, action, resource)
      when { principal.scopes.contains("invoices.read") || principal.scopes.contains("audit.read") };`;
    const policy = await owner.post<{ id: string }>('/v1/policies', {
      ...{ workspaceId, name: 'invoices', text },
    });
    expect(policy.status).toBe(201);
    const key = await make('apis.call', 'invoices.read', 'usage.read');
    const request = { method: 'GET', path: '/' };
    const asked = { scopes: ['apis.call'], workspaceId, ip: '192.0.2.1', request };
    expect((await verify(key, asked)).body).toMatchObject({ valid: true });
    await owner.delete(`/v1/policies/${policy.body.id}`);
    expect(await usesOf(key)).toEqual({ 'apis.call,+invoices.read,?': 1 });
  });
});

describe('what is stored', () => {
  const row = (keyId: string, needs: string, calls: number, minuteMs = Date.now()) => ({
    ...{ organizationId, keyId, needs, calls, minuteMs },
  });

  it('is bounded for a key and a day, and no call is lost', async () => {
    const key = await make('usage.read');
    const rows = Array.from({ length: NEEDS_PER_DAY_MAX + 20 }, (_, at) =>
      row(key.id, `a.b${at}`, 2),
    );
    const { db } = app.services;
    await storeUsage(db, 'first', 1, [], { scopeUses: rows.slice(0, 100) });
    await storeUsage(db, 'first', 2, [], { scopeUses: rows.slice(50) });
    await storeUsage(db, 'first', 2, [], { scopeUses: rows.slice(50) });
    await storeUsage(db, 'first', 3, [], { scopeUses: rows });
    const stored = await query<{ needs: string; calls: number }>(
      'select needs, calls::int from scope_use where key_id = $1',
      [key.id],
    );
    expect(stored).toHaveLength(NEEDS_PER_DAY_MAX + 1);
    expect(stored.reduce((sum, { calls }) => sum + calls, 0)).toBe(2 * (100 + 98 + 148));
    expect(stored.find(({ needs }) => needs === '*')?.calls).toBe(2 * 20 * 2);
  });

  it('is summed over the last 90 days, of keys of the organization alone', async () => {
    const key = await make('usage.read');
    const now = new Date(Date.UTC(2031, 5, 15, 12));
    const first = Date.parse(firstDay(now));
    const uses = [
      row(key.id, 'usage.read', 3, now.getTime()),
      row(key.id, 'usage.read', 4, first),
      row(key.id, 'usage.read', 50, first - 1),
      row(key.id, 'audit.read,+usage.read,?', 1, first),
      row(key.id, 'audit.read', -1, first),
      row(key.id, 'audit.read', 1, first),
    ];
    await storeUsage(app.services.db, 'second', 1, [], { scopeUses: uses });
    const read = (id: string) => readScopeUses(app.services.db, id, [key.id], now);
    const none = { considered: [], isShown: false, isOpen: false };
    expect([...(await read(organizationId)).values()]).toEqual([
      [
        {
          ...{ required: ['audit.read'], considered: ['usage.read'], isShown: true },
          ...{ isOpen: false, calls: 1, lastDay: firstDay(now) },
        },
        { ...none, required: ['usage.read'], calls: 7, lastDay: '2031-06-15' },
      ],
    ]);
    expect((await read('org_00000000000000000000')).size).toBe(0);
  });
});
