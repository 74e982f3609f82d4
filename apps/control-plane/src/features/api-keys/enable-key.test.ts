import { beforeAll, describe, expect, it } from 'vitest';
import { disableUnusedKeys } from '../../jobs/disable-unused-keys.ts';
import { newestAuditEvent } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { addMember, choosePlan, claimedOrganization, type Person } from '../../testing/people.ts';
import { type Query, queryDatabase } from '../../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let query: Query;
let developer: Person;
let organizationId: string;
let workspaceId: string;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  query = queryDatabase(app.database);
  ({ organizationId, workspaceId } = await claimedOrganization(app));
  await choosePlan(app, 'enterprise');
  developer = await addMember(app, organizationId, 'developer');
});

const disable = (client: Client, key: TestKey) => client.post(`/v1/api-keys/${key.id}/disable`);
const enable = (client: Client, key: TestKey) => client.post(`/v1/api-keys/${key.id}/enable`);

async function disabledKey(fields: object = {}, client = owner): Promise<TestKey> {
  const key = await makeKey(app, client, fields as Record<string, unknown>);
  expect((await disable(client, key)).status).toBe(200);
  return key;
}

const ENABLER = ['api_keys.revoke', 'api_keys.create', 'api_keys.read', 'api_keys.manage_all'];

describe('enabling a key needs what creating it would need', () => {
  it.each([
    ['api_keys.create', { scopes: ENABLER.filter((each) => each !== 'api_keys.create') }, {}],
    ['its scopes', { scopes: ENABLER }, { scopes: ['audit.read'] }],
    ['its workspace', { scopes: ENABLER, expiresAt: '2099-01-01T00:00:00.000Z' }, {}],
    ['its addresses', { scopes: ENABLER, allowedIps: ['127.0.0.0/8'] }, {}],
  ])('%s', async (_what, enabler, fields) => {
    const key = await disabledKey({ expiresAt: null, ...fields });
    const caller = await makeKey(app, owner, enabler);
    const refused = await enable(caller.client, key);
    expect(refused.status).toBe(403);
    expect(refused.problem.code).toMatch(/^(insufficient_scope|scope_not_held|ceiling_exceeded)$/);
    expect((await key.client.get('/v1/whoami')).problem.code).toBe('disabled');
    expect((await enable(owner, key)).status).toBe(200);
  });

  it('lets a key do so that could have created it', async () => {
    const key = await disabledKey({ scopes: ['api_keys.read'] });
    const caller = await makeKey(app, owner, { scopes: ENABLER });
    expect((await enable(caller.client, key)).body).toMatchObject({
      status: 'active',
      disabledBy: null,
      disabledAt: null,
    });
  });
});

describe('a disabled key says who disabled it', () => {
  it('a member, with the key that they used', async () => {
    const key = await makeKey(app, owner);
    const caller = await makeKey(app, owner, { scopes: ENABLER });
    const { body } = await disable(caller.client, key);
    expect(body).toMatchObject({
      state: 'disabled',
      disabledBy: { type: 'member', name: 'Ada Owner', keyId: caller.id },
      disabledAt: expect.any(String),
    });
    expect((await newestAuditEvent(app)).after).toMatchObject({
      disabledBy: { type: 'member', keyId: caller.id },
    });
  });

  it.each(['revoke', 'enable'])('no longer after %s', async (verb) => {
    const key = await disabledKey();
    const { body } = await owner.post(`/v1/api-keys/${key.id}/${verb}`, {});
    expect(body).toMatchObject({ disabledBy: null, disabledAt: null });
  });
});

describe('an owner without api_keys.manage_all', () => {
  it('enables what they disabled themselves', async () => {
    const key = await disabledKey({}, developer.client);
    expect((await enable(developer.client, key)).status).toBe(200);
  });

  it('does not enable what an admin disabled', async () => {
    const key = await makeKey(app, developer.client);
    await disable(owner, key);
    const refused = await enable(developer.client, key);
    expect(refused.problem).toMatchObject({
      code: 'insufficient_scope',
      scopes: ['api_keys.manage_all'],
    });
    expect((await enable(owner, key)).status).toBe(200);
  });

  it('does not enable what they disabled first, once an admin disabled it as well', async () => {
    const key = await disabledKey({}, developer.client);
    expect((await disable(owner, key)).status).toBe(200);
    expect((await enable(developer.client, key)).problem.code).toBe('insufficient_scope');
    expect((await disable(developer.client, key)).problem.code).toBe('invalid_state');
    expect((await disable(owner, key)).problem.code).toBe('invalid_state');
  });

  it('does not enable what the daily job disabled', async () => {
    const key = await makeKey(app, developer.client, { workspaceId });
    await owner.patch('/v1/security', { keyUnusedDaysMax: 30 });
    await query(`update api_key set created_at = now() - interval '40 days' where id = $1`, [
      key.id,
    ]);
    await disableUnusedKeys(app.services);
    const { body } = await owner.get(`/v1/api-keys/${key.id}`);
    expect(body).toMatchObject({ disabledBy: { type: 'job' }, disabledAt: expect.any(String) });
    expect((await enable(developer.client, key)).problem.detail).toContain('a job disabled it');
    expect((await enable(owner, key)).status).toBe(200);
  });
});
