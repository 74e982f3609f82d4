import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { ApiKey, ApiKeyWithSecret, Leak } from '@tollkeeper/contract';
import { LEAK_PLACES_MAX } from '@tollkeeper/contract';
import { HOSTILE_NAMES, HOSTILE_TEXTS } from '@tollkeeper/contract/testing';
import { createSecret } from '@tollkeeper/verify';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { join } from '../../testing/join.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { choosePlan } from '../../testing/people.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import { readTables } from '../../testing/tables.ts';
import { type TestApp, withKey } from '../../testing/test-app.ts';

const GITHUB = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const SETTINGS = '/v1/integrations/leak-response';
const UNKNOWN = createSecret('tk_live_', (count) => new Uint8Array(count).fill(3));
const URL_ = 'https://github.com/octocat/Hello-World/blob/1/a.txt';

let app: TestApp;
let owner: Client;
let query: Query;
let stranger: Client;
let viewer: Client;
let key: ApiKeyWithSecret & { readonly secret: string };

beforeAll(async () => {
  const githubKeys = { keys: new Map([['github-1', GITHUB.publicKey]]) };
  ({ app, owner, query } = await startOrganization({ githubKeys }));
  await choosePlan(app, 'enterprise');
  viewer = (await join(app, owner, 'Vera', 'role_viewer')).client;
  stranger = await startOtherOrganization(app, owner, query);
});

beforeEach(async () => {
  await query('delete from leak');
  await owner.patch(SETTINGS, { live: 'disable', test: 'warn' });
  key = await create();
});

async function create(body: object = {}, client = owner) {
  const made = { name: 'ci-pipeline', profile: 'organization', ...body };
  const { body: created } = await client.post<ApiKeyWithSecret>('/v1/api-keys', made);
  return { ...created, secret: created.secret ?? '' };
}

/** What GitHub sends. @param headers in place of its own */
function send(body: string, headers: Record<string, string> = {}) {
  const signature = sign('sha256', Buffer.from(body), GITHUB.privateKey).toString('base64');
  return fetch(`${app.baseUrl}/v1/integrations/github-secret-scanning`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'Github-Public-Key-Identifier': 'github-1',
      'Github-Public-Key-Signature': signature,
      ...headers,
    },
  });
}

const match = (token: string, more: object = {}) => ({
  ...{ token, type: 'tollkeeper_api_key', url: URL_, source: 'commit' },
  ...more,
});

async function report(...matches: object[]) {
  const response = await send(JSON.stringify(matches));
  expect(response.status).toBe(200);
  return (await response.json()) as { label: string; token_hash: string }[];
}

const leaks = async (client = owner) =>
  (await client.get<{ data: Leak[] }>('/v1/leaks?limit=100')).body.data;
const keyNow = async (id = key.id) => (await owner.get<ApiKey>(`/v1/api-keys/${id}`)).body;
const eventsOf = async (id = key.id) =>
  (await auditEvents(query)).filter(({ target }) => target.id === id).map(({ action }) => action);

describe('a report of GitHub', () => {
  it('stops the key, lands in the inbox, and is answered with labels', async () => {
    const feedback = await report(match(key.secret), match(UNKNOWN), match('no key'));
    const digest = createHash('sha256').update(key.secret).digest('hex');
    expect(feedback.map(({ label }) => label)).toEqual([
      'true_positive',
      'false_positive',
      'false_positive',
    ]);
    expect(feedback[0]).toEqual({
      ...{ token_hash: digest, token_type: 'tollkeeper_api_key', label: 'true_positive' },
    });
    expect(await leaks()).toMatchObject([
      {
        key: { id: key.id, name: 'ci-pipeline', prefix: key.prefix, canary: false },
        ...{ reporter: 'github', reportedBy: null, url: URL_, source: 'commit' },
        ...{ action: 'disabled', status: 'open', furtherReports: 0 },
      },
    ]);
    expect(await keyNow()).toMatchObject({
      status: 'disabled',
      disabledBy: { type: 'job', job: 'leak-response' },
    });
    expect(await eventsOf()).toEqual(['api_key.create', 'api_key.report_leak', 'api_key.disable']);
    expect((await withKey(app, key.secret).get('/v1/whoami')).status).toBe(401);
  });

  it('is handled once, however often it is sent', async () => {
    await report(match(key.secret), match(key.secret));
    await owner.post(`/v1/api-keys/${key.id}/enable`);
    const before = await readTables(app);
    expect((await report(match(key.secret)))[0]).toMatchObject({ label: 'true_positive' });
    expect(await readTables(app)).toEqual(before);
    await report(match(key.secret, { url: `${URL_}?other` }));
    expect((await leaks()).map(({ action }) => action)).toEqual(['disabled', 'disabled']);
  });

  it('revokes the key with what it created, if the organization chose so', async () => {
    await owner.patch(SETTINGS, { live: 'revoke', test: 'warn' });
    const child = await create({ profile: 'read-only' }, withKey(app, key.secret));
    await report(match(key.secret));
    expect(await keyNow()).toMatchObject({ status: 'revoked' });
    await vi.waitFor(async () => expect((await keyNow(child.id)).status).toBe('revoked'));
    expect(await report(match(key.secret, { url: '' }))).toMatchObject([
      { label: 'true_positive' },
    ]);
    expect((await leaks())[0]).toMatchObject({ action: 'none', url: null });
  });

  it('only warns of a test key, and lets a canary key be', async () => {
    const { body: workspace } = await owner.post<{ id: string }>('/v1/workspaces', {
      ...{ name: 'trial', environment: 'test' },
    });
    const test = await create({ profile: 'workspace', workspaceId: workspace.id });
    const canary = await create({ profile: 'custom', canary: true });
    expect(test.secret).toMatch(/^tk_test_/);
    await report(match(test.secret), match(canary.secret));
    const actions = new Map((await leaks()).map((leak) => [leak.key.id, leak.action]));
    expect([actions.get(test.id), actions.get(canary.id)]).toEqual(['warned', 'none']);
    expect((await keyNow(test.id)).status).toBe('active');
    expect((await keyNow(canary.id)).status).toBe('active');
  });

  it('does nothing to a key whose secret was replaced, and is labelled all the same', async () => {
    await owner.post(`/v1/api-keys/${key.id}/rotate`, { graceSeconds: 1 });
    const later = new Date(Date.now() + 5000);
    vi.spyOn(app.services, 'clock').mockReturnValue(later);
    try {
      expect((await report(match(key.secret)))[0]).toMatchObject({ label: 'true_positive' });
    } finally {
      vi.restoreAllMocks();
    }
    expect((await leaks())[0]).toMatchObject({ action: 'none' });
  });

  it.each([
    [
      'another body',
      (body: string) => send(`${body} `, { 'Github-Public-Key-Signature': sig(body) }),
    ],
    ['another key', (body: string) => send(body, { 'Github-Public-Key-Identifier': 'github-2' })],
    [
      'no text of a signature',
      (body: string) => send(body, { 'Github-Public-Key-Signature': '?' }),
    ],
    ['an empty signature', (body: string) => send(body, { 'Github-Public-Key-Signature': '' })],
  ])('is refused with %s, and fills nothing', async (_what, attempt) => {
    const before = await readTables(app);
    const response = await attempt(JSON.stringify([match(key.secret)]));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'signature_invalid' });
    expect(await readTables(app)).toEqual(before);
  });

  it.each(['', '{}', '[1]', '[{"token":1,"type":"x"}]', '\ud800'])(
    'is refused as %j',
    async (body) => {
      const response = await send(body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'malformed_request' });
    },
  );

  it('keeps a bounded number of places, and counts the others', async () => {
    const places = Array.from({ length: LEAK_PLACES_MAX + 5 }, (_, at) => ({
      url: `${URL_}#${at}`,
    }));
    await report(...places.map((place) => match(key.secret, place)));
    const found = await leaks();
    expect(found).toHaveLength(LEAK_PLACES_MAX);
    expect(found.reduce((sum, { furtherReports }) => sum + furtherReports, 0)).toBe(5);
  });

  it('stores hostile places as plain text, and the text of the key nowhere', async () => {
    const hostile = [...HOSTILE_NAMES, ...HOSTILE_TEXTS, { what: '', text: `/${key.secret}` }];
    for (const { text } of hostile) {
      await query('delete from leak');
      await report(match(key.secret, { url: text, source: text }));
      const [{ url, source } = { url: '', source: '' }] = await leaks();
      expect(`${url}${source}`).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }
    expect(JSON.stringify(await readTables(app))).not.toContain(key.secret);
    expect(app.logged.join('')).not.toContain(key.secret);
  });
});

const sig = (body: string) =>
  sign('sha256', Buffer.from(body), GITHUB.privateKey).toString('base64');

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
