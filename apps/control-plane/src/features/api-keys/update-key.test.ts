import type { ApiKey, ApiKeyDetail } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { newestAuditEvent } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import { choosePlan, claimedOrganization } from '../../testing/people.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';

const HOUR_MS = 3_600_000;

let now = Date.now();
let app: TestApp;
let owner: Client;

const inHours = (hours: number) => new Date(now + hours * HOUR_MS).toISOString();

beforeAll(async () => {
  app = await startTestApp({ clock: () => new Date(now) });
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
});

describe('editing a key', () => {
  it('renames it and leaves everything else', async () => {
    const { client: _client, secret: _secret, ...key } = await makeKey(app, owner);
    const renamed = await owner.patch<ApiKey>(`/v1/api-keys/${key.id}`, { name: 'renamed' });
    expect(renamed.status).toBe(200);
    const { etag } = renamed.body;
    expect(etag).not.toBe(key.etag);
    expect(renamed.body).toEqual({ ...key, name: 'renamed', etag });
  });

  it('is refused with a body that names no field', async () => {
    const { id } = await makeKey(app, owner);
    const { problem } = await owner.patch(`/v1/api-keys/${id}`, {});
    expect([problem.status, problem.detail]).toEqual([
      422,
      '"body" must name at least one of "name", "scopes", "expiresAt", "allowedIps", "tags".',
    ]);
  });

  it('writes an audit event with the old values and the new', async () => {
    const key = await makeKey(app, owner, { name: 'old', scopes: ['usage.read'] });
    const answer = await owner.patch(`/v1/api-keys/${key.id}`, {
      name: 'new',
      scopes: ['audit.read', 'api_keys.read'],
      expiresAt: inHours(1),
      allowedIps: ['::1'],
    });
    const { memberId } = await claimedOrganization(app);
    expect(await newestAuditEvent(app)).toMatchObject({
      actor: { type: 'member', memberId },
      action: 'api_key.update',
      target: { type: 'api_key', id: key.id, name: 'new' },
      before: { name: 'old', scopes: ['usage.read'], expiresAt: null, allowedIps: [] },
      after: {
        name: 'new',
        scopes: ['api_keys.read', 'audit.read'],
        expiresAt: inHours(1),
        allowedIps: ['::1'],
      },
      ip: '127.0.0.1',
      requestId: answer.headers.get('x-request-id'),
    });
  });

  it('takes effect on the next call: scopes, addresses and expiry', async () => {
    const key = await makeKey(app, owner, { scopes: ['api_keys.read', 'usage.read'] });
    const path = `/v1/api-keys/${key.id}`;
    expect((await key.client.get('/v1/usage')).status).toBe(200);
    await owner.patch(path, { scopes: ['api_keys.read'] });
    expect((await key.client.get('/v1/usage')).problem.code).toBe('insufficient_scope');
    await owner.patch(path, { allowedIps: ['192.0.2.1'] });
    expect((await key.client.get('/v1/whoami')).problem.code).toBe('ip_not_allowed');
    await owner.patch(path, { allowedIps: [], expiresAt: inHours(1) });
    expect((await key.client.get('/v1/whoami')).status).toBe(200);
    now += HOUR_MS;
    expect((await key.client.get('/v1/whoami')).problem.code).toBe('expired');
    expect((await owner.get<ApiKeyDetail>(path)).body).toMatchObject({
      decision: 'expired',
      scopesInForce: [],
    });
  });

  it('lets a longer expiry revive an expired key only while the plan has a place', async () => {
    const key = await makeKey(app, owner, { expiresAt: inHours(1) });
    now += HOUR_MS;
    for (let count = 0; count < 3; count += 1) await makeKey(app, owner);
    await choosePlan(app, 'free');
    const refused = await owner.patch(`/v1/api-keys/${key.id}`, { expiresAt: inHours(1) });
    expect(refused.problem.code).toBe('plan_limit_reached');
    expect((await owner.patch(`/v1/api-keys/${key.id}`, { name: 'still dead' })).status).toBe(200);
    await choosePlan(app, 'enterprise');
    const revived = await owner.patch(`/v1/api-keys/${key.id}`, { expiresAt: null });
    expect(revived.status).toBe(200);
    expect((await key.client.get('/v1/whoami')).status).toBe(200);
  });

  it('makes a preset custom when its scopes are edited, and keeps it otherwise', async () => {
    const key = await makeKey(app, owner, { profile: 'read-only' });
    const path = `/v1/api-keys/${key.id}`;
    expect((await owner.patch<ApiKey>(path, { name: 'n' })).body.profile).toBe('read-only');
    const edited = await owner.patch<ApiKey>(path, { scopes: ['usage.read'] });
    expect(edited.body).toMatchObject({ profile: 'custom', scopes: ['usage.read'] });
  });
});
