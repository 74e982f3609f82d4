import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect } from 'node:net';
import { createSecret } from '@tollkeeper/verify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { makeKey, type TestKey } from '../testing/keys.ts';
import {
  addOrganization,
  addWorkspace,
  choosePlan,
  claimedOrganization,
} from '../testing/people.ts';
import { type Query, queryDatabase } from '../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';

const PATH = '/v1/api-keys/verify';
const HANDLED = 'tracing:fastify.request.handler:start';

let app: TestApp;
let owner: Client;
let workspaceId: string;
let keys: Record<'asker' | 'confined' | 'powerless' | 'disabled' | 'bound' | 'valid', TestKey>;
let query: Query;
let byFastify = 0;
const noteFastify = () => {
  byFastify += 1;
};

beforeAll(async () => {
  app = await startTestApp();
  query = queryDatabase(app.database);
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
  const { organizationId } = await claimedOrganization(app);
  workspaceId = await addWorkspace(app, organizationId, 'staging');
  const asker = { scopes: ['api_keys.verify', 'usage.read'] };
  keys = {
    asker: await makeKey(app, owner, asker),
    confined: await makeKey(app, owner, { ...asker, workspaceId }),
    powerless: await makeKey(app, owner, { scopes: ['usage.read'] }),
    disabled: await makeKey(app, owner, asker),
    bound: await makeKey(app, owner, { ...asker, allowedIps: ['192.0.2.0/24'] }),
    valid: await makeKey(app, owner, { name: 'ключ "é"' }),
  };
  await owner.post(`/v1/api-keys/${keys.disabled.id}/disable`);
  subscribe(HANDLED, noteFastify);
});
afterAll(() => void unsubscribe(HANDLED, noteFastify));
beforeEach(() => {
  byFastify = 0;
});

interface Ask {
  readonly secret: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Over the wire, where the lane is. */
async function overTheWire({ secret, body, headers = {} }: Ask) {
  const response = await fetch(app.baseUrl + PATH, {
    method: 'POST',
    headers: { ...headersOf(secret), ...headers },
    body,
  });
  return comparable(response.status, Object.fromEntries(response.headers), await response.text());
}

/** By Fastify, past the lane. */
async function pastTheLane({ secret, body, headers = {} }: Ask) {
  const answer = await app.server.inject({
    method: 'POST',
    url: PATH,
    headers: { ...headersOf(secret), ...headers },
    payload: body,
  });
  return comparable(answer.statusCode, answer.headers, answer.body);
}

function headersOf(secret: string) {
  return { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
}

/** All of an answer but what differs from one to the next. */
function comparable(status: number, headers: Readonly<Record<string, unknown>>, text: string) {
  const { date: _date, connection: _connection, 'keep-alive': _keepAlive, ...rest } = headers;
  const { 'x-request-id': requestId, 'content-length': length, ...others } = rest;
  expect(requestId).toMatch(/^req_[0-9a-f-]{36}$/);
  expect(Number(length)).toBe(Buffer.byteLength(text));
  const { requestId: inBody = requestId, ...body } = JSON.parse(text);
  expect(inBody).toBe(requestId);
  return { status, headers: others, body };
}

async function expectSame(ask: Ask) {
  const decision = await overTheWire(ask);
  const fastifys = byFastify;
  expect(decision).toEqual(await pastTheLane(ask));
  return { ...decision, byFastify: fastifys };
}

const asks = (key: string, more: object = {}) => JSON.stringify({ key, ...more });

describe('an ordinary verification', () => {
  it('is answered as Fastify answers it, without Fastify', async () => {
    const unknown = createSecret('tk_live_', app.services.randomBytes);
    const bodies = [
      asks(keys.valid.secret),
      asks(keys.valid.secret, { scopes: ['policies.read'], ip: '192.0.2.1', workspaceId }),
      asks(keys.asker.secret, { scopes: ['policies.read'] }),
      asks(keys.disabled.secret),
      asks(keys.bound.secret),
      asks(keys.bound.secret, { ip: '192.0.2.1' }),
      asks(unknown),
      asks('not a key'),
    ];
    const codes = [];
    for (const body of bodies) {
      for (const key of [keys.asker, keys.confined]) {
        byFastify = 0;
        const { status, body: decision, byFastify: passed } = await expectSame({ ...key, body });
        expect([status, passed]).toEqual([200, 0]);
        codes.push(decision.code);
      }
    }
    expect(new Set(codes).size).toBeGreaterThanOrEqual(5);
  });

  it('takes a body in pieces', async () => {
    const body = asks(keys.valid.secret);
    const socket = connect(Number(new URL(app.baseUrl).port), '127.0.0.1');
    const answer = new Promise<string>((resolve) => {
      socket.setEncoding('utf8').once('data', resolve);
    });
    const head = [
      `POST ${PATH} HTTP/1.1`,
      'host: localhost',
      `authorization: bearer ${keys.asker.secret}`,
      'content-type: application/json',
      `content-length: ${body.length}`,
    ].join('\r\n');
    for (const piece of [head, '\r\n\r\n', body.slice(0, 5), body.slice(5)]) {
      await new Promise((sent) => socket.write(piece, sent));
      await new Promise(setImmediate);
    }
    expect(await answer).toContain('"valid":true');
    expect(byFastify).toBe(0);
    socket.destroy();
  });
});

describe('a question about a place', () => {
  let foreignId: string;
  beforeAll(async () => {
    foreignId = (await addOrganization(app, 'Elsewhere')).workspaceId;
  });

  it('has no answer where there is no such workspace, for the caller', async () => {
    const none = `ws_${'0'.repeat(20)}`;
    const { workspaceId: elsewhere } = await claimedOrganization(app);
    for (const [{ secret }, id] of [
      [keys.asker, none],
      [keys.asker, foreignId],
      [keys.confined, elsewhere],
    ] as const) {
      for (const about of [keys.valid.secret, 'not a key']) {
        const answer = await expectSame({ secret, body: asks(about, { workspaceId: id }) });
        expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
      }
    }
  });

  it('has none about a workspace that was deleted, and one about a new one', async () => {
    const created = await owner.post<{ id: string }>('/v1/workspaces', {
      name: 'brief',
      environment: 'live',
    });
    const body = asks(keys.valid.secret, { workspaceId: created.body.id });
    expect((await expectSame({ ...keys.asker, body })).body).toMatchObject({ valid: true });
    await owner.raw('DELETE', `/v1/workspaces/${created.body.id}`, '{}', {
      'content-type': 'application/json',
    });
    expect((await expectSame({ ...keys.asker, body })).status).toBe(404);
  });

  it.each(['', 'localhost', '1.2.3', '256.1.1.1', '10.0.0.0/8', '01.2.3.4', ':::', 'fe80::1%eth0'])(
    'is refused with the address "%s"',
    async (ip) => {
      const answer = await expectSame({ ...keys.asker, body: asks(keys.valid.secret, { ip }) });
      expect([answer.status, answer.body.code]).toEqual([422, 'validation_failed']);
    },
  );

  it.each(['192.0.2.1', '::1', '2001:DB8::192.0.2.1', '::ffff:192.0.2.1'])(
    'takes the address %s',
    async (ip) => {
      const answer = await expectSame({ ...keys.asker, body: asks(keys.valid.secret, { ip }) });
      expect(answer.status).toBe(200);
    },
  );
});

describe('what is out of the ordinary is answered by Fastify', () => {
  it.each([
    ['no JSON', '{'],
    ['no body', ''],
    ['another value', '[]'],
    ['an unknown field', asks('x', { admin: true })],
    ['a prototype', '{"key":"x","__proto__":{"admin":true}}'],
    ['a constructor', '{"key":"x","constructor":{"prototype":{}}}'],
    ['a key too long', asks('x'.repeat(513))],
    ['an unknown scope', asks('x', { scopes: ['root'] })],
    ['a byte order mark', `\ufeff${asks('x')}`],
    ['more than a body may have', asks('x'.repeat(70_000))],
    ['more spaces than a body may have', asks('x').padEnd(70_000)],
  ])('a body with %s', async (_name, body) => {
    const { secret } = keys.asker;
    await expectSame({ secret, body });
  });

  it('a caller that is refused, and none at all', async () => {
    const body = asks(keys.valid.secret);
    const unknown = createSecret('tk_live_', app.services.randomBytes);
    const secrets = [keys.powerless, keys.disabled, keys.bound].map(({ secret }) => secret);
    for (const secret of [...secrets, unknown, 'x', '']) {
      const { status } = await expectSame({ secret, body });
      expect([401, 403]).toContain(status);
    }
  });

  it('a header that changes how a request is read', async () => {
    const ask = { ...keys.asker, body: asks(keys.valid.secret) };
    for (const headers of [
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/json; charset=utf-16' },
      { 'content-encoding': 'gzip' },
      { 'idempotency-key': keys.valid.secret },
    ]) {
      const { status } = await expectSame({ ...ask, headers });
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('the counts', () => {
  async function countsOf(key: TestKey) {
    await app.services.usage.flush();
    const [counts] = await query(
      'select sum(accepted)::int as accepted, sum(denied)::int as denied from key_usage where key_id = $1',
      [key.id],
    );
    return counts;
  }

  it('say once who asked and about whom, whether the lane answers or hands over', async () => {
    const asker = await makeKey(app, owner, { scopes: ['api_keys.verify'] });
    const about = await makeKey(app, owner, { scopes: ['usage.read'] });
    await overTheWire({ ...asker, body: asks(about.secret) });
    await overTheWire({ ...asker, body: asks(about.secret, { scopes: ['policies.read'] }) });
    await overTheWire({ ...asker, body: '{' });
    const nowhere = asks(about.secret, { workspaceId: `ws_${'0'.repeat(20)}` });
    expect(await overTheWire({ ...asker, body: nowhere })).toMatchObject({ status: 404 });
    await overTheWire({ ...about, body: asks(asker.secret) });
    const expected = { asker: await countsOf(asker), about: await countsOf(about) };
    expect(expected).toMatchObject({
      asker: { accepted: 4, denied: 0 },
      about: { accepted: 1, denied: 2 },
    });
  });
});

it('leaves requests through a trusted proxy to Fastify, which reads the client address from the header', async () => {
  const behind = await startTestApp({ trustedProxies: ['127.0.0.1'] });
  const asker = await makeKey(behind, await claimServer(behind), {
    scopes: ['api_keys.verify'],
    allowedIps: ['127.0.0.0/8', '2001:db8::/32'],
  });
  const askFrom = (from: Record<string, string>) =>
    asker.client.post(PATH, { key: asker.secret }, from);
  expect((await askFrom({})).status).toBe(200);
  expect((await askFrom({ 'x-forwarded-for': '192.0.2.1' })).status).toBe(403);
  // As some proxies write it.
  for (const client of ['127.0.0.9:5678', '[2001:db8::9]:5678', '[2001:db8::9]']) {
    expect((await askFrom({ 'x-forwarded-for': `192.0.2.1, ${client}` })).status).toBe(200);
  }
});
