import type { ApiKey, ApiKeyWithSecret, KeyStatus } from '@tollkeeper/contract';
import { isWellFormed, SECRET_PATTERN } from '@tollkeeper/verify';
import { beforeAll, describe, expect, it } from 'vitest';
import { countAuditEvents, newestAuditEvent } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import { addWorkspace, choosePlan, claimedOrganization } from '../../testing/people.ts';
import { defaultWorkspace } from '../../testing/start-organization.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
});

describe('creating a key', () => {
  it('answers the secret once, and the key works at once', async () => {
    const created = await owner.post<ApiKeyWithSecret>('/v1/api-keys', {
      name: 'ci-pipeline',
      profile: 'workspace',
    });
    expect(created.status).toBe(201);
    const { secret = '', id } = created.body;
    expect(secret).toMatch(new RegExp(`^${SECRET_PATTERN.source}$`));
    expect(isWellFormed(secret)).toBe(true);
    const answer = await withKey(app, secret).get('/v1/whoami');
    expect(answer.status).toBe(200);
    const read = await owner.get(`/v1/api-keys/${id}`);
    expect(JSON.stringify(read.body)).not.toContain(secret);
  });

  it('writes one audit event that tells who did what, from where', async () => {
    const before = await countAuditEvents(app);
    const { memberId } = await claimedOrganization(app);
    const body = { name: 'audited', profile: 'read-only', allowedIps: ['10.1.2.3/8'] };
    const created = await owner.post<ApiKeyWithSecret>('/v1/api-keys', body, {
      'user-agent': 'a browser/1.0 \u00e9',
    });
    expect(await countAuditEvents(app)).toBe(before + 1);
    expect(await newestAuditEvent(app)).toMatchObject({
      actor: { type: 'member', memberId },
      action: 'api_key.create',
      target: { type: 'api_key', id: created.body.id, name: 'audited' },
      before: null,
      after: {
        name: 'audited',
        prefix: created.body.prefix,
        status: 'active' satisfies KeyStatus,
        scopes: created.body.scopes,
        memberId,
        allowedIps: ['10.0.0.0/8'],
      },
      ip: '127.0.0.1',
      userAgent: 'a browser/1.0 ?',
      requestId: created.headers.get('x-request-id'),
    });
  });

  it('refuses the fourth key on the free plan with limit and count, and takes it after one went', async () => {
    const third = await makeKey(app, owner);
    const fourth = await owner.post('/v1/api-keys', { name: 'fourth', profile: 'workspace' });
    expect(fourth.status).toBe(403);
    expect(fourth.problem).toMatchObject({ code: 'plan_limit_reached', limit: 3, count: 3 });
    expect(fourth.problem.detail).toMatch(/revoke or delete/i);
    await owner.post(`/v1/api-keys/${third.id}/disable`);
    expect((await owner.post('/v1/api-keys', { name: 'x', profile: 'workspace' })).status).toBe(
      403,
    );
    await owner.post(`/v1/api-keys/${third.id}/revoke`, {});
    expect((await owner.post('/v1/api-keys', { name: 'x', profile: 'workspace' })).status).toBe(
      201,
    );
  });

  it('holds the limit when fifty creations come at once', async () => {
    await choosePlan(app, 'developer');
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        owner.post('/v1/api-keys', { name: `rush ${n}`, profile: 'read-only' }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(7);
    expect(answers.filter(({ status }) => status !== 201 && status !== 403)).toEqual([]);
  });

  it('gives a key of a test workspace the prefix tk_test_, and asks which workspace among several', async () => {
    await choosePlan(app, 'enterprise');
    const { organizationId } = await claimedOrganization(app);
    const workspaceId = await addWorkspace(app, organizationId, 'staging', 'test');
    const key = await makeKey(app, owner, { profile: 'workspace', workspaceId });
    expect(key.secret).toMatch(/^tk_test_/);
    expect(key.workspaceId).toBe(workspaceId);
    const vague = await owner.post('/v1/api-keys', { name: 'vague', profile: 'workspace' });
    expect(vague.status).toBe(422);
    expect(vague.problem.errors).toMatchObject([{ path: 'workspaceId' }]);
  });

  it('confines no key of a profile that reaches the whole organization, and says so', async () => {
    const workspaceId = await defaultWorkspace(owner);
    const body = { name: 'confined', profile: 'organization', workspaceId };
    const refused = await owner.post('/v1/api-keys', body);
    expect(refused.status).toBe(422);
    expect(refused.problem.errors).toMatchObject([{ path: 'workspaceId' }]);
  });

  it('takes a name of 64 emoji as it is', async () => {
    const name = '🦊'.repeat(64);
    const key = await makeKey(app, owner, { name });
    expect((await owner.get<ApiKey>(`/v1/api-keys/${key.id}`)).body.name).toBe(name);
  });
});
