import type { ApiKey } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { countAuditEvents, newestAuditEvent } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { choosePlan, claimedOrganization } from '../../testing/people.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let key: TestKey;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
});

beforeEach(async () => {
  key = await makeKey(app, owner, { name: 'switched' });
});

describe('disabling a key', () => {
  it('refuses the key from the moment the call returns, and enabling restores it', async () => {
    const disabled = await owner.post<ApiKey>(`/v1/api-keys/${key.id}/disable`);
    expect(disabled.status).toBe(200);
    expect(disabled.body.status).toBe('disabled');
    expect((await key.client.get('/v1/whoami')).problem.code).toBe('disabled');
    const enabled = await owner.post<ApiKey>(`/v1/api-keys/${key.id}/enable`);
    expect(enabled.body.status).toBe('active');
    expect((await key.client.get('/v1/whoami')).status).toBe(200);
  });

  it('writes an audit event for each way', async () => {
    await owner.post(`/v1/api-keys/${key.id}/disable`);
    const target = { type: 'api_key', id: key.id, name: 'switched' };
    expect(await newestAuditEvent(app)).toMatchObject({
      action: 'api_key.disable',
      target,
      before: { status: 'active' },
      after: { status: 'disabled' },
    });
    const enabled = await owner.post(`/v1/api-keys/${key.id}/enable`);
    expect(await newestAuditEvent(app)).toMatchObject({
      action: 'api_key.enable',
      target,
      before: { status: 'disabled' },
      after: { status: 'active' },
      requestId: enabled.headers.get('x-request-id'),
    });
  });

  it('never lets a call pass after a disable has answered, whatever comes and goes', async () => {
    for (let round = 0; round < 10; round += 1) {
      await owner.post(`/v1/api-keys/${key.id}/disable`);
      const refused = await Promise.all([1, 2, 3].map(() => key.client.get('/v1/whoami')));
      expect(refused.map(({ status }) => status)).toEqual([401, 401, 401]);
      await owner.post(`/v1/api-keys/${key.id}/enable`);
      expect((await key.client.get('/v1/whoami')).status).toBe(200);
    }
  });
});

describe('revoking a key', () => {
  it('keeps the record with time and reason, and refuses the key', async () => {
    const revoked = await owner.post<ApiKey>(`/v1/api-keys/${key.id}/revoke`, { reason: 'leaked' });
    expect(revoked.body).toMatchObject({ status: 'revoked', revokeReason: 'leaked' });
    expect(revoked.body.revokedAt).not.toBeNull();
    expect((await key.client.get('/v1/whoami')).problem.code).toBe('revoked');
    const { memberId } = await claimedOrganization(app);
    expect(await newestAuditEvent(app)).toMatchObject({
      actor: { type: 'member', memberId },
      action: 'api_key.revoke',
      before: { status: 'active', revokeReason: null },
      after: { status: 'revoked', revokeReason: 'leaked' },
    });
  });

  it('works from disabled, too, and without a body', async () => {
    await owner.post(`/v1/api-keys/${key.id}/disable`);
    expect((await owner.post(`/v1/api-keys/${key.id}/revoke`)).status).toBe(200);
  });

  it('stays revoked when enabling, disabling, editing and rotating race with it', async () => {
    const path = `/v1/api-keys/${key.id}`;
    const others = Array.from({ length: 8 }, () => [
      owner.post(`${path}/disable`),
      owner.post(`${path}/enable`),
      owner.patch(path, { name: 'raced' }),
      owner.post(`${path}/rotate`, {}),
    ]).flat();
    const revoked = await owner.post(`${path}/revoke`, {});
    expect(revoked.status).toBe(200);
    const answers = await Promise.all(others);
    expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
    expect((await owner.get<ApiKey>(path)).body.status).toBe('revoked');
    expect((await key.client.get('/v1/whoami')).status).toBe(401);
  });
});

describe('a status that forbids the change', () => {
  it.each([
    { done: ['disable'], verb: 'disable' },
    { done: [], verb: 'enable' },
    { done: ['revoke'], verb: 'enable' },
    { done: ['revoke'], verb: 'disable' },
    { done: ['revoke'], verb: 'revoke' },
    { done: ['revoke'], verb: 'rotate' },
    { done: ['disable', 'revoke'], verb: 'enable' },
  ])('answers 409 to $verb after $done, and logs nothing', async ({ done, verb }) => {
    for (const each of done) await owner.post(`/v1/api-keys/${key.id}/${each}`);
    const events = await countAuditEvents(app);
    const before = await owner.get(`/v1/api-keys/${key.id}`);
    const answer = await owner.post(`/v1/api-keys/${key.id}/${verb}`);
    expect(answer.status).toBe(409);
    expect(answer.problem.code).toBe('invalid_state');
    expect((await owner.get(`/v1/api-keys/${key.id}`)).body).toEqual(before.body);
    expect(await countAuditEvents(app)).toBe(events);
  });

  it('answers 409 to an edit of a revoked key', async () => {
    await owner.post(`/v1/api-keys/${key.id}/revoke`, {});
    const answer = await owner.patch(`/v1/api-keys/${key.id}`, { name: 'anew' });
    expect(answer.problem).toMatchObject({ status: 409, code: 'invalid_state' });
  });
});
