import { parseIpRange } from '@tollkeeper/verify';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Config, CorsConfig } from '../config/config.ts';
import { originFault, originMatcher } from '../config/cors-origin.ts';
import { connectRaw } from '../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
  type Upstream,
} from '../testing/test-gateway.ts';

const APP = 'https://app.example.com';
const CORS: CorsConfig = {
  origins: [APP, 'https://*.preview.example.com'],
  methods: ['GET', 'POST'],
  headers: ['X-Trace'],
  exposedHeaders: ['X-Total'],
  credentials: false,
  maxAgeMs: 60_000,
};
const TRUSTED = [parseIpRange('127.0.0.1')].filter((each) => each !== undefined);

let seen: string[];
let upstream: Upstream;

beforeEach(async () => {
  seen = [];
  upstream = await startUpstream((req, res) => {
    seen.push(`${req.method} ${req.url}`);
    res.setHeader('Access-Control-Allow-Origin', '*');
    res.setHeader('access-control-allow-credentials', 'true');
    res.setHeader('Vary', 'Accept');
    res.setHeader('X-Total', '3');
    res.end('done');
  });
});

async function start(cors: Partial<CorsConfig> = {}, change: Partial<Config> = {}) {
  const { routes } = await testConfig(upstream.url);
  const [all] = routes;
  if (!all) throw new Error('no route');
  const shared = { ...all, path: '/shared', cors: { ...CORS, ...cors } };
  return startTestGateway(undefined, { routes: [shared, all], ...change });
}

/** The status, and what is said about origins: names without Access-Control-. */
async function ask(gateway: TestGateway, path: string, headers: Record<string, string>, init = {}) {
  const answer = await fetch(gateway.url + path, { headers, ...init });
  const said = [...answer.headers].filter(([name]) => /^access-control-|^vary$/.test(name));
  const cors = Object.fromEntries(
    said.map(([name, value]) => [name.replace('access-control-', ''), value]),
  );
  return { status: answer.status, cors, body: await answer.text() };
}

const PREFLIGHT = { 'access-control-request-method': 'POST' };
const preflight = (gateway: TestGateway, origin: string, path = '/shared') =>
  ask(gateway, path, { origin, ...PREFLIGHT }, { method: 'OPTIONS' });

describe('a preflight', () => {
  it('is answered without a key, and never reaches the upstream', async () => {
    const gateway = await start();
    gateway.fleet.noKeys = 'no_snapshot';
    expect(await preflight(gateway, APP)).toMatchObject({
      status: 204,
      cors: {
        'allow-origin': APP,
        'allow-methods': 'GET, POST',
        'allow-headers': 'content-type, authorization, x-api-key, x-trace',
        'max-age': '60',
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      },
    });
    expect([seen, gateway.fleet.counted]).toEqual([[], []]);
  });

  it('from another origin is allowed nothing', async () => {
    const gateway = await start();
    for (const origin of ['https://evil.example', 'null', `${APP}.evil.example`]) {
      const { status, cors } = await preflight(gateway, origin);
      expect([status, Object.keys(cors)]).toEqual([204, ['vary']]);
    }
  });

  it.each([
    ['no origin', {}, 'OPTIONS'],
    ['no method asked for', { origin: APP }, 'OPTIONS'],
    ['another method', { origin: APP, ...PREFLIGHT }, 'GET'],
  ])('is none with %s: it needs a key', async (_, headers, method) => {
    const gateway = await start();
    expect(await ask(gateway, '/shared', headers, { method })).toMatchObject({ status: 401 });
    expect(seen).toEqual([]);
  });

  it('needs a key where the route has no cors, however its path is written', async () => {
    const gateway = await start();
    expect((await preflight(gateway, APP, '/')).status).toBe(401);
    expect((await preflight(gateway, APP, '/shared%3f')).status).toBe(400);
    expect((await preflight(gateway, APP, '/SHARED')).status).toBe(400);
  });
});

it('an answer of the upstream carries the headers of the route, not its own', async () => {
  const gateway = await start();
  const headers = { 'x-api-key': gateway.fleet.addKey() };
  expect(await ask(gateway, '/shared', { ...headers, origin: APP })).toEqual({
    status: 200,
    cors: { 'allow-origin': APP, 'expose-headers': 'X-Total', vary: 'Accept, Origin' },
    body: 'done',
  });
  for (const origin of [{}, { origin: 'https://evil.example' }]) {
    const { status, cors } = await ask(gateway, '/shared', { ...headers, ...origin });
    expect([status, cors]).toEqual([200, { vary: 'Accept, Origin' }]);
  }
  // Without cors, the upstream speaks for itself.
  expect(await ask(gateway, '/', { ...headers, origin: APP })).toMatchObject({
    cors: { 'allow-origin': '*', vary: 'Accept' },
  });
});

it.each([
  ['no key', '/shared', '', 401],
  ['a key that is not valid', '/shared', 'tk_live_none', 401],
  ['a key in the address', '/shared?key=KEY', '', 400],
  ['an upstream that fails', '/shared', 'KEY', 502],
])('a denial can be read by the page: %s', async (_, path, sent, status) => {
  const gateway = await start();
  const key = gateway.fleet.addKey();
  // Not closed: another process could be at its port by now.
  upstream.server.on('connection', (socket) => socket.destroy());
  const headers = { origin: APP, 'x-api-key': sent.replace('KEY', key) };
  expect(await ask(gateway, path.replace('KEY', key), headers)).toMatchObject({
    status,
    cors: {
      'allow-origin': APP,
      'expose-headers': 'X-Total, WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy',
      vary: 'Origin',
    },
  });
});

it('with credentials, names the origin; with any origin, never allows credentials', async () => {
  const named = await preflight(await start({ credentials: true }), APP);
  expect(named.cors).toMatchObject({ 'allow-origin': APP, 'allow-credentials': 'true' });
  const any = await preflight(await start({ origins: ['*'] }), 'https://evil.example');
  expect(any.cors).toMatchObject({ 'allow-origin': '*' });
  expect(any.cors).not.toHaveProperty('allow-credentials');
});

describe('where another proxy asks', () => {
  const asked = { origin: APP, ...PREFLIGHT };
  const methodHeader = 'x-forwarded-method';
  const behindProxy = { forwardAuth: true, trustedProxies: TRUSTED, methodHeader };
  const named = { 'x-forwarded-uri': '/shared', 'x-forwarded-method': 'OPTIONS' };

  it.each([
    ['/forward-auth', named, 'GET'],
    ['/ext-authz/shared', {}, 'OPTIONS'],
  ])('%s passes a preflight without a key', async (path, headers, method) => {
    const gateway = await start({}, behindProxy);
    expect(await ask(gateway, path, { ...asked, ...headers }, { method })).toMatchObject({
      status: 200,
      cors: { 'allow-origin': APP, 'allow-methods': 'GET, POST' },
    });
  });

  it.each([
    ['/forward-auth', { ...named, 'x-forwarded-method': 'POST' }, 'OPTIONS'],
    ['/forward-auth', { 'x-forwarded-uri': '/shared', 'x-original-method': 'OPTIONS' }, 'GET'],
    ['/forward-auth', { 'x-forwarded-uri': '/shared' }, 'OPTIONS'],
    ['/ext-authz/shared', named, 'POST'],
    ['/ext-authz/', named, 'OPTIONS'],
  ])('%s needs a key for all else: %j %s', async (path, headers, method) => {
    const gateway = await start({}, behindProxy);
    const { status } = await ask(gateway, path, { ...asked, ...headers }, { method });
    expect(status).toBe(401);
  });

  it('believes no method where the proxy may not send it: its client could have', async () => {
    const gateway = await start({}, { ...behindProxy, methodHeader: null });
    for (const header of ['x-forwarded-method', 'x-original-method']) {
      const headers = { ...asked, 'x-forwarded-uri': '/shared', [header]: 'OPTIONS' };
      expect((await ask(gateway, '/forward-auth', headers)).status).toBe(401);
    }
  });

  it('believes no method that is sent twice', async () => {
    const gateway = await start({}, behindProxy);
    const client = await connectRaw(gateway.address);
    const lines = [
      'Host: a',
      `Origin: ${APP}`,
      'Access-Control-Request-Method: GET',
      'X-Forwarded-Uri: /shared',
    ];
    const methods = ['X-Forwarded-Method: OPTIONS', 'X-Forwarded-Method: DELETE'];
    client.send([`GET /forward-auth HTTP/1.1`, ...lines, ...methods, '', ''].join('\r\n'));
    expect(await client.receives(/^HTTP\/1\.1 \d+/)).toMatch(/^HTTP\/1\.1 401/);
  });

  it('believes no method from a proxy that is not trusted, and lets the page read why', async () => {
    const gateway = await start({}, { forwardAuth: true, methodHeader });
    const denied = await ask(gateway, '/forward-auth', { ...asked, ...named });
    expect(denied).toMatchObject({ status: 401, cors: { 'allow-origin': APP } });
    const headers = { ...named, origin: APP, 'x-api-key': gateway.fleet.addKey() };
    expect(await ask(gateway, '/forward-auth', headers)).toMatchObject({
      status: 200,
      cors: { 'allow-origin': APP },
    });
  });
});

describe('an origin', () => {
  it.each([
    ['https://*.example.com', 'https://a.example.com', true],
    ['https://*.example.com', 'https://example.com', false],
    ['https://*.example.com', 'https://a.b.example.com', false],
    ['https://*.example.com', 'https://.example.com', false],
    ['https://*.example.com', 'https://evil.com/.example.com', false],
    ['https://*.example.com', 'http://a.example.com', false],
    ['https://*.example.com', 'https://a.example.com:8443', false],
    ['https://*.example.com', 'https://a.exampleXcom', false],
    ['https://pr.*.example.com', 'https://pr.a-1.example.com', true],
    ['http://*.localhost:3000', 'http://a.localhost:3000', true],
    [APP, `${APP}.evil.example`, false],
    [APP, 'https://app.example.com, https://evil.example', false],
    [APP, 'null', false],
    ['*', 'null', true],
  ])('%s allows %s: %s', (pattern, origin, isAllowed) => {
    expect(originFault(pattern)).toBeUndefined();
    expect(originMatcher([pattern])(origin)).toBe(isAllowed);
  });

  it.each([
    'app.example.com',
    'https://app.example.com/',
    'https://App.example.com',
    'https://app.example.com:443',
    'https://*.*.example.com',
    'https://a*.example.com',
    'https://*.com',
    'https://*',
    'https://user@app.example.com',
    'null',
    '',
  ])('cannot be configured as %j', (text) => {
    expect(originFault(text)).toMatch(/^(?:must|can)/);
  });
});
