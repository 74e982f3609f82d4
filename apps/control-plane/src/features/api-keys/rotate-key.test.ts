import type { ApiKey, ApiKeyWithSecret } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { newestAuditEvent } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import { addWorkspace, choosePlan, claimedOrganization } from '../../testing/people.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../../testing/test-app.ts';

let now = Date.now();
let app: TestApp;
let owner: Client;

beforeAll(async () => {
  app = await startTestApp({ clock: () => new Date(now) });
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
});

async function rotate(id: string, body: object = {}) {
  const { status, body: key } = await owner.post<ApiKeyWithSecret>(
    `/v1/api-keys/${id}/rotate`,
    body,
  );
  expect(status).toBe(200);
  return { ...key, client: withKey(app, key.secret ?? '') };
}

describe('rotating a key', () => {
  it('gives it a new secret and stops the old one at once', async () => {
    const key = await makeKey(app, owner);
    const rotated = await rotate(key.id);
    expect(rotated.secret).not.toBe(key.secret);
    expect(rotated.secret?.startsWith(rotated.prefix)).toBe(true);
    expect(rotated.previousSecretExpiresAt).toBeNull();
    expect((await rotated.client.get('/v1/whoami')).status).toBe(200);
    expect((await key.client.get('/v1/whoami')).problem.code).toBe('invalid_key');
  });

  it('lets the old secret live for the grace and not a moment longer', async () => {
    const key = await makeKey(app, owner);
    const rotated = await rotate(key.id, { graceSeconds: 60 });
    expect(rotated.previousSecretExpiresAt).toBe(new Date(now + 60_000).toISOString());
    now += 59_999;
    expect((await key.client.get('/v1/whoami')).status).toBe(200);
    now += 1;
    expect((await key.client.get('/v1/whoami')).problem.code).toBe('invalid_key');
    expect((await rotated.client.get('/v1/whoami')).status).toBe(200);
    const read = await owner.get<ApiKey>(`/v1/api-keys/${key.id}`);
    expect(read.body.previousSecretExpiresAt).toBeNull();
  });

  it('leaves two secrets at most: rotating again ends a grace that runs', async () => {
    const first = await makeKey(app, owner);
    const second = await rotate(first.id, { graceSeconds: 3600 });
    const third = await rotate(first.id, { graceSeconds: 3600 });
    const answers = await Promise.all(
      [first, second, third].map(({ client }) => client.get('/v1/whoami')),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 200, 200]);
  });

  it('ends both secrets when the key is disabled, revoked or deleted during the grace', async () => {
    const key = await makeKey(app, owner);
    const rotated = await rotate(key.id, { graceSeconds: 3600 });
    for (const [verb, code] of [
      ['disable', 'disabled'],
      ['revoke', 'revoked'],
    ] as const) {
      await owner.post(`/v1/api-keys/${key.id}/${verb}`);
      expect((await key.client.get('/v1/whoami')).problem.code).toBe(code);
      expect((await rotated.client.get('/v1/whoami')).problem.code).toBe(code);
    }
    await owner.delete(`/v1/api-keys/${key.id}`);
    expect((await key.client.get('/v1/whoami')).problem.code).toBe('invalid_key');
    expect((await rotated.client.get('/v1/whoami')).problem.code).toBe('invalid_key');
  });

  it('writes an audit event without either secret', async () => {
    const key = await makeKey(app, owner);
    const rotated = await rotate(key.id, { graceSeconds: 5 });
    const event = await newestAuditEvent(app);
    const { memberId } = await claimedOrganization(app);
    expect(event).toMatchObject({
      actor: { type: 'member', memberId },
      action: 'api_key.rotate',
      target: { type: 'api_key', id: key.id, name: 'a key' },
      before: { prefix: key.prefix },
      after: { prefix: rotated.prefix, graceSeconds: 5 },
    });
    expect(JSON.stringify(event)).not.toContain(key.secret);
    expect(JSON.stringify(event)).not.toContain(rotated.secret);
  });

  it('keeps the kind of a test key, and can be done by the key itself', async () => {
    const { organizationId } = await claimedOrganization(app);
    const workspaceId = await addWorkspace(app, organizationId, 'sandbox', 'test');
    const key = await makeKey(app, owner, { scopes: ['api_keys.create'], workspaceId });
    const itself = await key.client.post<ApiKeyWithSecret>(`/v1/api-keys/${key.id}/rotate`, {});
    expect(itself.status).toBe(200);
    expect(itself.body.secret).toMatch(/^tk_test_/);
    expect((await key.client.get('/v1/whoami')).status).toBe(401);
  });

  it('makes one secret work in the end when twenty rotations race', async () => {
    const key = await makeKey(app, owner);
    const rotated = await Promise.all(Array.from({ length: 20 }, () => rotate(key.id)));
    const answers = await Promise.all(rotated.map(({ client }) => client.get('/v1/whoami')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('refuses an expired key', async () => {
    const key = await makeKey(app, owner, { expiresAt: new Date(now + 1000).toISOString() });
    now += 1000;
    const answer = await owner.post(`/v1/api-keys/${key.id}/rotate`, {});
    expect(answer.problem).toMatchObject({ status: 409, code: 'invalid_state' });
  });
});
