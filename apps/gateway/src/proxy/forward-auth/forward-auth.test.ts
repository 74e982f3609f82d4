import { parseIpRange, scopeSet } from '@tollkeeper/verify';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../config/config.ts';
import { connectRaw } from '../../testing/raw-client.ts';
import { setPolicy } from '../../testing/set-policy.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../../testing/test-gateway.ts';

const TRUSTED = {
  trustedProxies: [parseIpRange('127.0.0.1')].filter((each) => each !== undefined),
};

async function withRoutes(change: Partial<Config> = {}): Promise<TestGateway> {
  const config = await testConfig('http://127.0.0.1:9');
  const [all] = config.routes;
  if (!all) throw new Error('no route');
  const open = { ...all, path: '/v1', upstream: null };
  const strict = { ...open, path: '/v1/admin', scopes: ['usage.read' as const] };
  return startTestGateway(undefined, { routes: [strict, open], forwardAuth: true, ...change });
}

async function ask(gateway: TestGateway, path: string, headers: Record<string, string>, init = {}) {
  const answer = await fetch(gateway.url + path, { headers, ...init });
  const text = await answer.text();
  const { code } = text === '' ? { code: 'valid' } : JSON.parse(text);
  return { status: answer.status, code, headers: answer.headers };
}

it('says whose key it is, the workspace too where there is none, and counts the call first', async () => {
  const gateway = await startTestGateway(undefined);
  const headers = { authorization: `Bearer ${gateway.fleet.addKey()}` };
  const { status, headers: answered } = await ask(gateway, '/forward-auth', headers);
  expect(status).toBe(200);
  expect(
    Object.fromEntries([...answered].filter(([name]) => name.startsWith('x-tollkeeper'))),
  ).toEqual({
    'x-tollkeeper-key-id': 'key_00000000000000000001',
    'x-tollkeeper-key-name': 'ci-pipeline',
    'x-tollkeeper-organization-id': 'org_1',
    'x-tollkeeper-member-id': 'mem_00000000000000000001',
    'x-tollkeeper-workspace-id': '',
    'x-tollkeeper-scopes': 'apis.call policies.read',
  });
  expect(gateway.fleet.counted).toMatchObject([{ accepted: true, settled: true }]);
});

it('refuses as the gateway itself would', async () => {
  const gateway = await startTestGateway(undefined);
  expect(await ask(gateway, '/forward-auth', {})).toMatchObject({ code: 'unauthenticated' });
  const disabled = { 'x-api-key': gateway.fleet.addKey({ status: 'disabled' }) };
  expect(await ask(gateway, '/forward-auth', disabled)).toMatchObject({
    status: 401,
    code: 'disabled',
  });
  expect(gateway.fleet.counted).toMatchObject([{ accepted: false, settled: true }]);
  gateway.fleet.noKeys = 'no_snapshot';
  expect(await ask(gateway, '/forward-auth', disabled)).toMatchObject({ status: 503 });
});

it.each(['/forward-auth', '/ext-authz/v1/x'])(
  'refuses a key without apis.call at %s, with and without routes',
  async (path) => {
    for (const gateway of [await startTestGateway(undefined), await withRoutes()]) {
      const secret = gateway.fleet.addKey({ scopes: scopeSet(['policies.read']) });
      const headers = path === '/forward-auth' ? { 'x-forwarded-uri': '/v1/x' } : {};
      const refused = await ask(gateway, path, { ...headers, 'x-api-key': secret });
      expect(refused).toMatchObject({ status: 403, code: 'insufficient_scope' });
    }
  },
);

describe('asks for the scopes of the route that the original request is for', () => {
  it.each([
    ['/forward-auth', { 'x-forwarded-uri': '/v1/x?a=1' }, 'valid'],
    ['/forward-auth', { 'x-original-uri': '/v1/x' }, 'valid'],
    ['/forward-auth', { 'x-forwarded-uri': '/v1/x', 'x-original-uri': '/v1/x' }, 'valid'],
    ['/forward-auth', { 'x-original-url': 'https://api.example.com:8443/v1/x?a=1' }, 'valid'],
    ['/forward-auth', { 'x-original-url': '/v1/x' }, 'valid'],
    ['/forward-auth', { 'x-original-url': 'http://a/v1/admin' }, 'insufficient_scope'],
    ['/forward-auth', { 'x-original-url': 'http://a/v1/x', 'x-original-uri': '/v1/x' }, 'valid'],
    ['/forward-auth', { 'x-forwarded-uri': '/v1/admin/x' }, 'insufficient_scope'],
    ['/ext-authz/v1/x?a=1', {}, 'valid'],
    ['/ext-authz/v1/admin', {}, 'insufficient_scope'],
    // Envoy says it in the path, so that headers of its client mean nothing.
    ['/ext-authz/v1/admin', { 'x-forwarded-uri': '/v1/x' }, 'insufficient_scope'],
    ['/forward-auth', { 'x-forwarded-uri': '/other' }, 'not_found'],
    ['/ext-authz', {}, 'not_found'],
  ])('%s %j: %s', async (path, headers, code) => {
    const gateway = await withRoutes();
    const key = { 'x-api-key': gateway.fleet.addKey() };
    expect(await ask(gateway, path, { ...headers, ...key })).toMatchObject({ code });
  });

  it.each([
    ['/forward-auth', { 'x-forwarded-uri': '/v1/x', 'x-original-uri': '/v1/admin' }],
    ['/forward-auth', { 'x-forwarded-uri': '/v1/x', 'x-original-url': 'http://a/v1/admin' }],
    ['/forward-auth', { 'x-original-uri': '/v1/admin', 'x-original-url': '/v1/x' }],
    ['/forward-auth', { 'x-forwarded-uri': '/v1/x', 'x-original-uri': '' }],
    ['/forward-auth', { 'x-forwarded-uri': '/v1/x/v1/admin', script_name: '/v1/x' }],
    ['/forward-auth', { 'x-forwarded-uri': '/v1/x', 'x-rewrite-url': '/v1/admin' }],
    ['/ext-authz/v1/x/v1/admin', { 'x-script-name': '/v1/x' }],
    ['/forward-auth', { 'x-original-url': 'http://a?x/v1/admin' }],
    ['/forward-auth', { 'x-original-url': 'http://a#/v1/admin' }],
    ['/forward-auth', { 'x-original-url': 'http://a\\/v1/x' }],
    ['/forward-auth', { 'x-original-url': 'http://ahttp://b/v1/x' }],
    ['/forward-auth', { 'x-original-url': 'v1/x' }],
    ['/forward-auth', { 'x-forwarded-uri': '/v1/admin%3f' }],
    ['/ext-authz/v1/admin%3f', {}],
    ['/forward-auth', { 'x-forwarded-uri': '/v1/x/../admin' }],
    ['/forward-auth', { 'x-forwarded-uri': '/V1/Admin' }],
    ['/forward-auth', { 'x-forwarded-uri': 'v1' }],
    ['/forward-auth', {}],
    ['/forward-auth/v1/x', {}],
    ['/ext-authz/v1/..%2fadmin', {}],
    ['/ext-authz//v1/admin', {}],
  ])('never by what could be read as another: %s %j', async (path, headers) => {
    const gateway = await withRoutes();
    const key = { 'x-api-key': gateway.fleet.addKey() };
    const answer = await ask(gateway, path, { ...headers, ...key });
    expect(answer).toMatchObject({ status: 400, code: 'malformed_request' });
    expect(gateway.fleet.counted).toEqual([]);
  });
});

it('finds a key in the original address', async () => {
  const gateway = await startTestGateway(undefined);
  const secret = gateway.fleet.addKey();
  for (const [path, headers] of [
    ['/forward-auth', { 'x-forwarded-uri': `/?key=${secret}` }],
    [`/ext-authz/x?key=${secret}`, {}],
  ] as const) {
    const answer = await ask(gateway, path, { ...headers, 'x-api-key': secret });
    expect(answer).toMatchObject({ status: 400, code: 'key_in_url' });
  }
});

it("goes by the client's address where a trusted proxy tells it, and never by the proxy's", async () => {
  const facts = { allowedIps: ['198.51.100.0/24'] };
  const from = { 'x-forwarded-for': '198.51.100.7' };
  const trusting = await startTestGateway(undefined, TRUSTED);
  const accepted = { ...from, 'x-api-key': trusting.fleet.addKey(facts) };
  expect(await ask(trusting, '/forward-auth', accepted)).toMatchObject({ status: 200 });
  const other = await startTestGateway(undefined);
  const refused = { ...from, 'x-api-key': other.fleet.addKey(facts) };
  expect(await ask(other, '/forward-auth', refused)).toMatchObject({ code: 'ip_not_allowed' });
  for (const gateway of [trusting, other]) {
    const key = gateway.fleet.addKey({ allowedIps: ['127.0.0.0/8'] });
    for (const headers of [{}, from]) {
      const answer = await ask(gateway, '/forward-auth', { ...headers, 'x-api-key': key });
      expect(answer).toMatchObject({ code: 'ip_not_allowed' });
    }
  }
});

it('goes by policies for Envoy: by the path below /ext-authz, the method and the client', async () => {
  const gateway = await withRoutes(TRUSTED);
  setPolicy(
    gateway.fleet,
    `permit (principal, action in Action::"read", resource) when { context.path like "/v1/invoices*" };
forbid (principal, action, resource) unless { context.ip.isInRange(ip("192.0.2.0/24")) };`,
  );
  const key = gateway.fleet.addKey();
  const codeOf = async (path: string, ip = '192.0.2.1', method = 'GET') => {
    const headers = { 'x-api-key': key, 'x-forwarded-for': ip };
    return (await ask(gateway, `/ext-authz${path}`, headers, { method })).code;
  };
  expect(await codeOf('/v1/invoices/1?a=b')).toBe('valid');
  expect(await codeOf('/v1/invoices/1', '::ffff:192.0.2.1')).toBe('valid');
  // Envoy adds an address of its own, which the gateway trusts.
  expect(await codeOf('/v1/invoices/1', '192.0.2.1, 127.0.0.1')).toBe('valid');
  expect(await codeOf('/v1/invoices/1', '198.51.100.1, 127.0.0.1')).toBe('policy_denied');
  expect(await codeOf('/v1/other')).toBe('policy_denied');
  expect(await codeOf('/v1/invoices/1', '192.0.2.1', 'POST')).toBe('policy_denied');
  expect(await codeOf('/v1/invoices/1', '198.51.100.1')).toBe('policy_denied');
});

it('refuses what policies decide about a route that inspects bodies, which no proxy sends', async () => {
  const { routes } = await testConfig('http://127.0.0.1:9');
  const change = { ...TRUSTED, forwardAuth: true };
  const gateway = await startTestGateway(undefined, {
    ...change,
    routes: routes.map((each) => ({ ...each, inspect: 'openai' })),
  });
  const headers = {
    ...{ 'x-api-key': gateway.fleet.addKey(), 'x-forwarded-uri': '/' },
    ...{ 'x-forwarded-method': 'POST', 'x-forwarded-for': '192.0.2.1' },
  };
  expect(await ask(gateway, '/forward-auth', headers)).toMatchObject({ status: 200 });
  const text = 'context has model && context.model == "large"';
  setPolicy(gateway.fleet, `permit (principal, action, resource) unless { ${text} };`);
  for (const path of ['/forward-auth', '/ext-authz/v1']) {
    expect(await ask(gateway, path, headers)).toMatchObject({ code: 'policy_denied' });
  }
  gateway.reload({ ...gateway.config, routes: routes.map((each) => ({ ...each, inspect: null })) });
  expect(await ask(gateway, '/ext-authz/v1', headers)).toMatchObject({ status: 200 });
});

it.each(['/forward-auth', '/ext-authz/x'])(
  'decides by the one key that is there: %s',
  async (path) => {
    const gateway = await startTestGateway(undefined);
    const key = gateway.fleet.addKey();
    const foreign = { authorization: 'Bearer eyJ.a.b', 'x-api-key': key };
    expect(await ask(gateway, path, foreign)).toMatchObject({ status: 200 });
    const empty = { authorization: `Bearer ${key}`, 'x-api-key': '' };
    expect(await ask(gateway, path, empty)).toMatchObject({ status: 200 });
    const two = { authorization: `Bearer ${key}`, 'x-api-key': gateway.fleet.addKey() };
    expect(await ask(gateway, path, two)).toMatchObject({ status: 400, code: 'malformed_request' });
  },
);

it('takes any method, and drops the body', async () => {
  const gateway = await startTestGateway(undefined);
  const headers = { 'x-api-key': gateway.fleet.addKey() };
  for (const init of [{ method: 'POST', body: 'x' }, { method: 'HEAD' }, { method: 'DELETE' }]) {
    expect(await ask(gateway, '/ext-authz/x', headers, init)).toMatchObject({ status: 200 });
  }
});

describe('closes the connection on which a body is announced, and takes nothing more from it', () => {
  const announced = ['Content-Length: 70', 'Transfer-Encoding: chunked', 'Content-Length: 1'];
  it.each(
    announced.flatMap((each) =>
      ['/forward-auth', '/ext-authz/x', '/ext-authz/?k=KEY'].map((path) => [path, each] as const),
    ),
  )('%s, %s', async (path, line) => {
    const gateway = await startTestGateway(undefined);
    const key = gateway.fleet.addKey();
    for (const sent of [key, 'tk_live_none']) {
      gateway.fleet.counted.splice(0);
      const client = await connectRaw(gateway.address);
      const next = `GET /forward-auth HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${key}\r\n\r\n`;
      client.send(
        `POST ${path.replace('KEY', key)} HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${sent}\r\n${line}\r\n\r\n`,
      );
      const answer = await client.receives('\r\n\r\n');
      expect(answer).toMatch(/\r\nConnection: close\r\n/i);
      client.send(`${next}${next}`);
      expect((await client.closes()).match(/^HTTP\/1\.1 /gm)).toHaveLength(1);
      expect(gateway.fleet.counted.length).toBeLessThan(2);
    }
  });

  it('and keeps it where none is', async () => {
    const gateway = await startTestGateway(undefined);
    const client = await connectRaw(gateway.address);
    for (const line of ['Content-Length: 0\r\n', '']) {
      client.send(`POST /forward-auth HTTP/1.1\r\nHost: a\r\n${line}\r\n`);
    }
    const answers = await client.receives(/(HTTP\/1\.1 401.*){2}/s);
    expect(answers).not.toMatch(/Connection: close/i);
    client.socket.destroy();
  });
});

it('refuses and logs where forward authentication is off, and asks no upstream for permission', async () => {
  const upstream = await startUpstream((_, res) => res.end());
  const gateway = await startTestGateway(upstream.url);
  const headers = { 'x-api-key': gateway.fleet.addKey() };
  for (const path of ['/forward-auth', '/forward-auth/', '/ext-authz/v1', '/ext-authz?a=b']) {
    const answer = await fetch(gateway.url + path, { headers });
    expect(answer.status).toBe(404);
    expect((await answer.json()).detail).toContain('Set "forwardAuth: true" in gateway.yaml');
  }
  expect(upstream.connections()).toBe(0);
  expect(gateway.log.join('')).toContain('forward authentication is off');
  expect((await fetch(`${gateway.url}/forward-authority`, { headers })).status).toBe(200);
});
