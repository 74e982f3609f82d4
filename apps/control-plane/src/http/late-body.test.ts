/** A caller who loses the right to ask while the body of their question is on its way. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect } from 'node:net';
import { type Route, type RouteName, routes } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Client } from '../testing/client.ts';
import { makeKey, type TestKey } from '../testing/keys.ts';
import { addMember, choosePlan, claimedOrganization } from '../testing/people.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';
import { whileHeld } from '../testing/while-held.ts';

const HOUR_MS = 3_600_000;

let app: TestApp;
let owner: Client;
let about: TestKey;
let workspaceId: string;
let aheadMs = 0;
/** Where the clock stands still. */
let stoppedMs: number | undefined;

beforeAll(async () => {
  app = await startTestApp({ clock: () => new Date((stoppedMs ?? Date.now()) + aheadMs) });
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
  about = await makeKey(app, owner);
  ({ workspaceId } = await claimedOrganization(app));
});

interface Late {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Sends the head and half of the body, does what is to be done meanwhile, and then sends the rest. */
async function sendLate({ path, headers, body }: Late, meanwhile: () => Promise<unknown>) {
  const text = JSON.stringify(body);
  const socket = connect(Number(new URL(app.baseUrl).port), '127.0.0.1').setEncoding('utf8');
  onTestFinished(() => void socket.destroy());
  const answer = new Promise<string>((resolve) => {
    let received = '';
    socket.on('data', (part: string) => {
      received += part;
    });
    socket.on('end', () => resolve(received));
  });
  const arrived = requestArrived(path);
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: ${new URL(app.baseUrl).host}`,
    'connection: close',
    `content-length: ${text.length}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${text.slice(0, 5)}`);
  await arrived;
  await meanwhile();
  socket.write(text.slice(5));
  const received = await answer;
  return {
    status: Number(received.split(' ')[1]),
    code: /"code":"(\w+)"/.exec(received)?.[1],
  };
}

function requestArrived(path: string): Promise<{ readonly complete: boolean }> {
  const channel = 'http.server.request.start';
  return new Promise((resolve) => {
    const note = (message: unknown) => {
      const { request } = message as { request: { url?: string; complete: boolean } };
      if (request.url !== path) return;
      unsubscribe(channel, note);
      resolve(request);
    };
    subscribe(channel, note);
  });
}

const json = { 'content-type': 'application/json' };
/** Read the same, but not in the verify lane. */
const unusualJson = { 'content-type': 'application/json;charset=utf-8' };

/** Every question that is asked with a body, and changes nothing. */
const QUESTIONS: Partial<Record<RouteName, () => { scopes: string[]; body: object }>> = {
  verifyKey: () => ({ scopes: ['api_keys.verify'], body: { key: about.secret } }),
  getKeysCreated: () => ({ scopes: ['api_keys.read'], body: { ids: [about.id] } }),
  getKeysPropagation: () => ({ scopes: ['api_keys.read'], body: { ids: [about.id] } }),
  validatePolicy: () => ({ scopes: ['policies.read'], body: { text: 'permit' } }),
  simulatePolicies: () => ({
    scopes: ['policies.read', 'api_keys.read'],
    body: { keyId: about.id, workspaceId, request: { method: 'GET', path: '/' } },
  }),
  replayPolicies: () => ({
    scopes: ['policies.read'],
    body: { workspaceId, policy: { text: 'permit (principal, action, resource);' } },
  }),
  replayScopes: () => ({
    scopes: ['compliance.read', 'api_keys.read', 'usage.read'],
    body: { scopes: ['usage.read'] },
  }),
  previewSecurity: () => ({ scopes: ['security.manage'], body: { keyLifetimeDaysMax: 30 } }),
};

const names = Object.keys(QUESTIONS) as RouteName[];

function question(name: RouteName) {
  const made = QUESTIONS[name]?.();
  if (!made) throw new Error(`"${name}" is no question`);
  return { ...made, path: routes[name].path.replace('{id}', about.id) };
}

it('knows every such question', () => {
  const all = Object.entries<Route>(routes).filter(([, route]) => route.changesNothing);
  expect(all.map(([name]) => name).sort()).toEqual(names.toSorted());
});

/** What ends the right of the key to ask. */
const ENDS: readonly [string, (key: TestKey) => Promise<unknown>, string][] = [
  ['is revoked', ({ id }) => owner.post(`/v1/api-keys/${id}/revoke`, {}), 'revoked'],
  ['is disabled', ({ id }) => owner.post(`/v1/api-keys/${id}/disable`), 'disabled'],
  ['is deleted', ({ id }) => owner.delete(`/v1/api-keys/${id}`), 'invalid_key'],
  [
    'loses the scope',
    ({ id }) => owner.patch(`/v1/api-keys/${id}`, { scopes: ['usage.read'] }),
    'insufficient_scope',
  ],
  [
    'may come from elsewhere only',
    ({ id }) => owner.patch(`/v1/api-keys/${id}`, { allowedIps: ['192.0.2.0/24'] }),
    'ip_not_allowed',
  ],
  [
    'expires',
    async () => {
      aheadMs = 2 * HOUR_MS;
      onTestFinished(() => {
        aheadMs = 0;
      });
    },
    'expired',
  ],
];

describe.each(names)('%s', (name) => {
  it.each(ENDS)('refuses a key that %s before the body is whole', async (_how, end, code) => {
    const { path, scopes, body } = question(name);
    for (const type of [json, unusualJson]) {
      const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
      const key = await makeKey(app, owner, { scopes, expiresAt });
      const headers = { ...type, authorization: `Bearer ${key.secret}` };
      const answer = await sendLate({ path, headers, body }, () => end(key));
      expect(answer.code).toBe(code);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      aheadMs = 0;
    }
  });

  it('answers a key that may ask still, and a session', async () => {
    const { path, scopes, body } = question(name);
    const key = await makeKey(app, owner, { scopes });
    const other = async () => makeKey(app, owner);
    for (const credential of [{ authorization: `Bearer ${key.secret}` }, owner.headers]) {
      const answer = await sendLate({ path, headers: { ...json, ...credential }, body }, other);
      expect(answer.status).toBe(200);
    }
  });

  it('refuses a session that is over before the body is whole', async () => {
    const { path, body } = question(name);
    const { organizationId } = await claimedOrganization(app);
    const admin = await addMember(app, organizationId, 'admin');
    const suspend = () => owner.post(`/v1/members/${admin.memberId}/suspend`);
    const headers = { ...json, ...admin.client.headers };
    expect((await sendLate({ path, headers, body }, suspend)).code).toBe('member_suspended');
    expect((await owner.post(`/v1/members/${admin.memberId}/reinstate`)).status).toBe(200);
    const signOut = () => admin.client.post('/api/auth/sign-out', {});
    expect((await sendLate({ path, headers, body }, signOut)).status).toBe(401);
  });
});

it('a question is refused in a session that ended during its look-up, before the body was whole', async () => {
  const { path, body } = question('getKeysPropagation');
  const { organizationId } = await claimedOrganization(app);
  const admin = await addMember(app, organizationId, 'admin');
  const headers = { ...json, ...admin.client.headers };
  // A look-up that takes no time, so that it is not too old for the answer.
  stoppedMs = Date.now();
  onTestFinished(() => {
    stoppedMs = undefined;
  });
  const arrived = requestArrived(path);
  const lookedUp = Promise.withResolvers<void>();
  const answer = await whileHeld(
    app.database,
    (holder) => holder.query('select 1 from member where id = $1 for update', [admin.memberId]),
    () => sendLate({ path, headers, body }, () => lookedUp.promise),
    async (holder) => {
      // The look-up has read the session, and waits to note when the member was last seen.
      await holder.query(
        'delete from session where user_id = (select user_id from member where id = $1)',
        [admin.memberId],
      );
      lookedUp.resolve();
      const request = await arrived;
      await vi.waitUntil(() => request.complete, { interval: 5, timeout: 60_000 });
    },
  );
  expect(answer).toEqual({ status: 401, code: 'unauthenticated' });
});

/** What a transaction does not confirm, since it does not see where a caller is or how they signed in. */
describe('a change', () => {
  const path = routes.createKey.path;
  const body = { name: 'late', profile: 'custom', scopes: ['usage.read'] };
  const keysCount = async () =>
    (await owner.get<{ totalCount: number }>('/v1/api-keys?search=late')).body.totalCount;

  it('is refused by a key that may come from elsewhere only before the body is whole', async () => {
    const key = await makeKey(app, owner, { scopes: ['api_keys.create', 'usage.read'] });
    const headers = { ...json, authorization: `Bearer ${key.secret}` };
    const answer = await sendLate({ path, headers, body }, () =>
      owner.patch(`/v1/api-keys/${key.id}`, { allowedIps: ['192.0.2.0/24'] }),
    );
    expect(answer).toEqual({ status: 403, code: 'ip_not_allowed' });
    expect(await keysCount()).toBe(0);
  });

  it('is refused in a session that lasted too long before the body is whole', async () => {
    const { organizationId } = await claimedOrganization(app);
    const admin = await addMember(app, organizationId, 'admin');
    const headers = { ...json, ...admin.client.headers };
    expect((await owner.patch('/v1/security', { sessionHoursMax: 1 })).status).toBe(200);
    const answer = await sendLate({ path, headers, body }, async () => {
      aheadMs = 2 * HOUR_MS;
    });
    aheadMs = 0;
    expect(answer.status).toBe(401);
    expect(await keysCount()).toBe(0);
  });
});
