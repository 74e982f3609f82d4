import type { ApiKey, ApiKeyWithSecret, Leak, LeakSettings } from '@tollkeeper/contract';
import { createSecret } from '@tollkeeper/verify';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { join } from '../../testing/join.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { choosePlan } from '../../testing/people.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { defaultWorkspace, makeKey, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

const URL_ = 'https://github.com/octocat/Hello-World/blob/1/a.txt';
const UNKNOWN = createSecret('tk_live_', (count) => new Uint8Array(count).fill(3));
const SETTINGS = '/v1/integrations/leak-response';

let app: TestApp;
let owner: Client;
let query: Query;
let stranger: Client;
let viewer: Client;
let key: ApiKeyWithSecret & { readonly secret: string };

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
  await choosePlan(app, 'enterprise');
  viewer = (await join(app, owner, 'Vera', 'role_viewer')).client;
  stranger = await startOtherOrganization(app, owner, query);
});

beforeEach(async () => {
  await query('delete from leak');
  await owner.patch(SETTINGS, { live: 'disable', test: 'warn' });
  key = await create();
});

async function create() {
  const made = { name: 'ci-pipeline', profile: 'organization' };
  const { body } = await owner.post<ApiKeyWithSecret>('/v1/api-keys', made);
  return { ...body, secret: body.secret ?? '' };
}

const leaks = async (client = owner) =>
  (await client.get<{ data: Leak[] }>('/v1/leaks?limit=100')).body.data;
const eventsOf = async (id = key.id) =>
  (await auditEvents(query)).filter(({ target }) => target.id === id).map(({ action }) => action);
const keyNow = async () => (await owner.get<ApiKey>(`/v1/api-keys/${key.id}`)).body;

describe('reporting a key by its text', () => {
  it('is open to anyone who holds it, who learns nothing of it', async () => {
    const answers = [key.secret, UNKNOWN, 'no key'].map(async (text) => {
      const { status, body } = await stranger.post('/v1/leaks', { key: text });
      return { status, body };
    });
    const [known, ...unknown] = await Promise.all(answers);
    expect(known).toEqual({ status: 200, body: { leak: null } });
    expect(unknown).toEqual([known, known]);
    expect(await leaks()).toMatchObject([{ reporter: 'holder', reportedBy: null }]);
    expect(await keyNow()).toMatchObject({ status: 'disabled' });
    const events = JSON.stringify((await auditEvents(query)).slice(-2));
    expect(events).not.toContain('mem_stranger');
  });

  it('names the member of the own organization, and shows the report to who may read it', async () => {
    const { body } = await owner.post<{ leak: Leak }>('/v1/leaks', { key: key.secret, url: URL_ });
    expect(body.leak).toMatchObject({ reporter: 'holder', url: URL_, action: 'disabled' });
    expect(body.leak.reportedBy).not.toBeNull();
    expect((await owner.get(`/v1/leaks/${body.leak.id}`)).body).toEqual(body.leak);
  });

  it('is no guess at a part of it', async () => {
    await owner.post('/v1/leaks', { key: key.secret.slice(0, -1) });
    expect(await leaks()).toEqual([]);
  });
});

describe('reporting a key by its id', () => {
  it('needs integrations.manage', async () => {
    const refused = await viewer.post('/v1/leaks', { keyId: key.id });
    expect(refused.problem).toMatchObject({ code: 'insufficient_scope' });
    const { body } = await owner.post<{ leak: Leak }>('/v1/leaks', { keyId: key.id });
    expect(body.leak).toMatchObject({ reporter: 'member', action: 'disabled' });
    expect(await eventsOf()).toContain('api_key.report_leak');
  });

  it('reaches no key of another organization', async () => {
    expect((await stranger.post('/v1/leaks', { keyId: key.id })).status).toBe(404);
    expect(await leaks()).toEqual([]);
  });

  it.each([{}, { key: 'a', keyId: 'key_00000000000000000000' }, { keyId: 'x' }, { key: 1 }])(
    'is refused as %j',
    async (body) => {
      expect((await owner.post('/v1/leaks', body)).status).toBe(422);
    },
  );
});

describe('the inbox', () => {
  let leak: Leak;
  beforeEach(async () => {
    leak = (await owner.post<{ leak: Leak }>('/v1/leaks', { keyId: key.id })).body.leak;
  });

  it.each(['resolve', 'dismiss'] as const)('closes a report once: %s', async (verb) => {
    const path = `/v1/leaks/${leak.id}/${verb}`;
    const closed = await owner.post<Leak>(path, { note: 'rotated' });
    const status = verb === 'resolve' ? 'resolved' : 'dismissed';
    expect(closed.body).toMatchObject({ status, note: 'rotated' });
    expect((await auditEvents(query)).at(-1)).toMatchObject({ action: `leak.${verb}` });
    expect((await owner.post(path, {})).problem).toMatchObject({ code: 'invalid_state' });
    expect((await owner.get<{ data: Leak[] }>('/v1/leaks?status=open')).body.data).toEqual([]);
  });

  it.each(['resolve', 'dismiss'])('is closed by nobody else: %s', async (verb) => {
    const path = `/v1/leaks/${leak.id}/${verb}`;
    expect((await viewer.post(path, {})).status).toBe(403);
    expect((await stranger.post(path, {})).status).toBe(404);
    expect((await owner.post(path, { note: 7 })).status).toBe(422);
    expect((await owner.get<Leak>(`/v1/leaks/${leak.id}`)).body.status).toBe('open');
  });

  it('is not closed about a key by itself, nor by a key that it created', async () => {
    await owner.patch(SETTINGS, { live: 'warn', test: 'warn' });
    const scopes = ['integrations.manage', 'api_keys.read', 'api_keys.create'];
    const self = await makeKey(app, owner, { profile: 'custom', scopes });
    const created = await makeKey(app, self.client, { profile: 'custom', scopes });
    const { body } = await owner.post<{ leak: Leak }>('/v1/leaks', { keyId: self.id });
    for (const { client } of [self, created]) {
      const refused = await client.post(`/v1/leaks/${body.leak.id}/dismiss`, {});
      expect(refused.problem).toMatchObject({ code: 'invalid_state' });
    }
    const closed = await self.client.post(`/v1/leaks/${leak.id}/dismiss`, {});
    expect(closed.status, closed.problem?.detail).toBe(200);
  });

  it('shows reports of the keys that the caller sees', async () => {
    expect(await leaks(viewer)).toEqual([]);
    expect((await viewer.get(`/v1/leaks/${leak.id}`)).status).toBe(404);
    const { client } = await makeKey(app, owner, { profile: 'custom', scopes: ['members.read'] });
    expect((await client.get('/v1/leaks')).status).toBe(403);
  });

  it('comes in pages, the newest first', async () => {
    const other = await create();
    await owner.post('/v1/leaks', { keyId: other.id });
    const first = await owner.get<{ data: Leak[]; nextCursor: string }>('/v1/leaks?limit=1');
    expect(first.body.data[0]?.key.id).toBe(other.id);
    const next = await owner.get<{ data: Leak[]; nextCursor: null }>(
      `/v1/leaks?limit=1&cursor=${first.body.nextCursor}`,
    );
    expect(next.body).toMatchObject({ data: [{ id: leak.id }], nextCursor: null });
    expect((await owner.get('/v1/leaks?cursor=e30')).status).toBe(422);
  });
});

describe('the response to leaks', () => {
  it('is chosen by who manages integrations', async () => {
    const chosen = { live: 'warn', test: 'revoke' };
    expect((await owner.patch<LeakSettings>(SETTINGS, chosen)).body).toMatchObject(chosen);
    expect((await auditEvents(query)).at(-1)).toMatchObject({ action: 'leak.set_response' });
    expect((await viewer.get(SETTINGS)).body).toMatchObject(chosen);
    await owner.post('/v1/leaks', { keyId: key.id });
    expect((await keyNow()).status).toBe('active');
  });

  it('is chosen by nobody else', async () => {
    const confined = {
      workspaceId: await defaultWorkspace(owner),
      scopes: ['integrations.manage'],
    };
    const { client } = await makeKey(app, owner, { profile: 'custom', ...confined });
    const { problem } = await client.patch(SETTINGS, { live: 'warn' });
    expect(problem).toMatchObject({ code: 'outside_workspace' });
    expect((await viewer.patch(SETTINGS, { live: 'warn', test: 'warn' })).status).toBe(403);
    expect((await owner.patch(SETTINGS, { live: 'ignore', test: 'warn' })).status).toBe(422);
    await stranger.patch(SETTINGS, { live: 'warn', test: 'warn' });
    expect((await owner.get(SETTINGS)).body).toMatchObject({ live: 'disable', test: 'warn' });
  });

  it('is chosen for live and test keys apart', async () => {
    await owner.patch(SETTINGS, { live: 'revoke' });
    const { body } = await owner.patch<LeakSettings>(SETTINGS, { test: 'disable' });
    expect(body).toMatchObject({ live: 'revoke', test: 'disable' });
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      before: { live: 'revoke', test: 'warn' },
      after: { live: 'revoke', test: 'disable' },
    });
  });
});
