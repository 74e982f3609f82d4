import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { ApiKey, ApiKeyWithSecret, Leak, RouteOutput, Routes } from '@tollkeeper/contract';
import { createId, LEAK_PLACES_MAX } from '@tollkeeper/contract';
import { HOSTILE_NAMES, HOSTILE_TEXTS } from '@tollkeeper/contract/testing';
import { createSecret, hashSecret } from '@tollkeeper/verify';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { choosePlan } from '../../testing/people.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import { readTables } from '../../testing/tables.ts';
import { startTestApp, type TestApp, withKey } from '../../testing/test-app.ts';

const GITHUB = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const GITHUB_KEYS = { keys: new Map([['github-1', GITHUB.publicKey]]) };
const SETTINGS = '/v1/integrations/leak-response';
const UNKNOWN = createSecret('tk_live_', (count) => new Uint8Array(count).fill(3));
const URL_ = 'https://github.com/octocat/Hello-World/blob/1/a.txt';

type Feedback = RouteOutput<Routes['receiveGithubReport']>[number];

let app: TestApp;
let owner: Client;
let query: Query;
let key: ApiKeyWithSecret & { readonly secret: string };

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization({ githubKeys: GITHUB_KEYS }));
  await choosePlan(app, 'enterprise');
  await startOtherOrganization(app, owner, query);
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
function send(body: string, headers: Record<string, string> = {}, { baseUrl } = app) {
  const signature = sign('sha256', Buffer.from(body), GITHUB.privateKey).toString('base64');
  return fetch(`${baseUrl}/v1/integrations/github-secret-scanning`, {
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
  return (await response.json()) as Feedback[];
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

  it('stops what its owner could bring back: a key that they disabled, or that has expired', async () => {
    const expiring = await create({ expiresAt: new Date(Date.now() + 60_000).toISOString() });
    await owner.post(`/v1/api-keys/${key.id}/disable`);
    vi.spyOn(app.services, 'clock').mockReturnValue(new Date(Date.now() + 120_000));
    try {
      await report(match(key.secret), match(expiring.secret));
    } finally {
      vi.restoreAllMocks();
    }
    expect((await leaks()).map(({ action }) => action)).toEqual(['disabled', 'disabled']);
    for (const { id } of [key, expiring]) {
      expect(await keyNow(id)).toMatchObject({ disabledBy: { job: 'leak-response' } });
    }
    const url = `${URL_}?other`;
    await report(match(key.secret, { url }));
    expect((await leaks()).find((leak) => leak.url === url)).toMatchObject({ action: 'none' });
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

describe('a large report', () => {
  const KEYS = process.env.LONG ? 4000 : 40;

  it('is answered match by match, and handled as each organization chose', async () => {
    await owner.patch(SETTINGS, { live: 'revoke' });
    const own = await insertKeys('Acme', KEYS);
    const foreign = await insertKeys('Other', KEYS);
    const secrets = [...foreign, ...own, ...own.slice(KEYS / 2), ...own.slice(KEYS / 2).fill('?')];
    const body = JSON.stringify(secrets.map((secret) => match(secret)));
    // It loads all keys, which were inserted past the first.
    const next = await startTestApp({ database: app.database, githubKeys: GITHUB_KEYS });
    const feedback = (await (await send(body, {}, next)).json()) as Feedback[];
    expect(feedback).toEqual(
      secrets.map((secret) => ({
        token_hash: createHash('sha256').update(secret).digest('hex'),
        token_type: 'tollkeeper_api_key',
        label: secret === '?' ? 'false_positive' : 'true_positive',
      })),
    );
    const done = `select o.name, k.status, l.action, count(*)::int,
        count(distinct l.xmin::text)::int as transactions from leak l
      join organization o on o.id = l.organization_id
      join api_key k on (k.organization_id, k.id) = (l.organization_id, l.key_id) group by 1, 2, 3 order by 1`;
    // GitHub waits for 30 seconds: not for a transaction of each match.
    const each = { count: KEYS, transactions: Math.ceil(KEYS / 500) };
    expect(await query(done)).toEqual([
      { name: 'Acme', status: 'revoked', action: 'revoked', ...each },
      { name: 'Other', status: 'disabled', action: 'disabled', ...each },
    ]);
    await query('delete from api_key where name = $1', ['in bulk']);
  });
});

/** Keys of the owner of that organization. @returns their texts */
async function insertKeys(organization: string, count: number): Promise<string[]> {
  const secrets = Array.from({ length: count }, () => createSecret('tk_live_', randomBytes));
  await query(
    `with new as (
       select new.id, hash, m.organization_id, m.id as member_id
       from unnest($2::text[], $3::bytea[]) as new (id, hash), member m join organization o on o.id = m.organization_id
       where o.name = $1 and m.role_id = 'role_owner'
     ), made as (
       insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes, allowed_ips, created_at)
       select id, organization_id, member_id, 'in bulk', 'tk_live_AAAA', 'active', 'custom', '{usage.read}', '{}', now()
       from new
     )
     insert into api_key_secret (hash, organization_id, key_id, created_at)
     select hash, organization_id, id, now() from new`,
    [
      organization,
      secrets.map(() => createId('apiKey', randomBytes)),
      secrets.map((secret) => Buffer.from(hashSecret(secret))),
    ],
  );
  return secrets;
}

const sig = (body: string) =>
  sign('sha256', Buffer.from(body), GITHUB.privateKey).toString('base64');
