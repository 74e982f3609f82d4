import { gatewayProblem } from '@tollkeeper/contract';
import { scopeSet } from '@tollkeeper/verify';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Config } from '../config/config.ts';
import { connectRaw } from '../testing/raw-client.ts';
import { setPolicy } from '../testing/set-policy.ts';
import { WORKSPACE_ID } from '../testing/test-fleet.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
  type Upstream,
} from '../testing/test-gateway.ts';

let upstream: Upstream;
let gateway: TestGateway;

async function start(change: Partial<Config> = {}): Promise<void> {
  gateway = await startTestGateway(upstream.url, change);
}

beforeEach(async () => {
  upstream = await startUpstream((_, res) => res.end('from upstream'));
  await start();
});

async function denial(path: string, headers: Record<string, string> = {}, init: RequestInit = {}) {
  const answer = await fetch(gateway.url + path, { ...init, headers });
  const body = gatewayProblem.parse(await answer.json());
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(body.status).toBe(answer.status);
  expect(body.error).toMatchObject({ message: body.detail, code: body.code });
  return { status: answer.status, code: body.code, body, headers: answer.headers };
}

const keyed = (secret: string) => ({ authorization: `Bearer ${secret}` });

describe('a request is refused, and never reaches the upstream', () => {
  it('without a key', async () => {
    const { status, code, headers } = await denial('/');
    expect([status, code]).toEqual([401, 'unauthenticated']);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="tollkeeper"');
    expect([upstream.connections(), gateway.fleet.counted]).toEqual([0, []]);
  });

  it('where the policies refuse its route, which is called as in the configuration', async () => {
    setPolicy(
      gateway.fleet,
      'permit (principal, action, resource) unless { resource.path == "/" };',
    );
    const { status, code } = await denial('/invoices', keyed(gateway.fleet.addKey()));
    expect([status, code]).toEqual([403, 'policy_denied']);
  });

  it('with a key that is malformed or unknown, which look the same', async () => {
    const unknown = gateway.fleet.addKey().replace('tk_live_', 'tk_test_');
    const answers = [await denial('/', keyed('tk_live_x')), await denial('/', keyed(unknown))];
    expect(answers.map(({ status, code, body }) => [status, code, body.detail])).toEqual(
      new Array(2).fill([
        401,
        'invalid_key',
        'The API key is not valid. Check that it was copied whole.',
      ]),
    );
    expect([upstream.connections(), gateway.fleet.counted]).toEqual([0, []]);
  });

  it.each([
    [{ status: 'revoked' }, 401, 'revoked'],
    [{ status: 'disabled' }, 401, 'disabled'],
    [{ expiresAtMs: 1 }, 401, 'expired'],
    [{ ownerId: 'mem_gone' }, 401, 'owner_inactive'],
    [{ workspaceId: 'ws_other' }, 401, 'wrong_workspace'],
    [{ allowedIps: ['10.0.0.0/8'] }, 403, 'ip_not_allowed'],
  ] as const)(
    'with a key that is %j, and the call is counted first',
    async (facts, status, code) => {
      const answer = await denial('/', keyed(gateway.fleet.addKey(facts)));
      expect([answer.status, answer.code]).toEqual([status, code]);
      expect(upstream.connections()).toBe(0);
      expect(gateway.fleet.counted).toMatchObject([{ accepted: false, settled: true }]);
    },
  );

  it('with a key of another organization, of which nothing is said or counted', async () => {
    const { code } = await denial('/', keyed(gateway.fleet.addKey({ organizationId: 'org_2' })));
    expect([code, gateway.fleet.counted]).toEqual(['invalid_key', []]);
  });

  it('without the scopes of its route, which are named', async () => {
    const { routes } = await testConfig(upstream.url);
    const strict = routes.map((route) => ({ ...route, scopes: ['usage.read' as const] }));
    await start({ routes: strict });
    const { status, code, body } = await denial('/', keyed(gateway.fleet.addKey()));
    expect([status, code, body.scopes]).toEqual([403, 'insufficient_scope', ['usage.read']]);
    const message = 'This needs the scope "usage.read", which the API key does not hold now.';
    expect([body.detail, body.error.message]).toEqual(
      Array(2).fill(expect.stringContaining(message)),
    );
    expect(upstream.connections()).toBe(0);
  });

  it('without apis.call, where its route asks for no scope', async () => {
    const key = keyed(gateway.fleet.addKey({ scopes: scopeSet(['policies.read']) }));
    const { status, code, body } = await denial('/', key);
    expect([status, code, body.scopes]).toEqual([403, 'insufficient_scope', ['apis.call']]);
    expect(upstream.connections()).toBe(0);
    expect(gateway.fleet.counted).toMatchObject([{ accepted: false, settled: true }]);
  });

  it.each(['no_snapshot', 'snapshot_stale', 'gateway_removed'] as const)(
    'while there is %s, whatever it is',
    async (code) => {
      const secret = gateway.fleet.addKey();
      gateway.fleet.noKeys = code;
      const { status, code: answered, headers } = await denial('/', keyed(secret));
      expect([status, answered, headers.get('retry-after')]).toEqual([503, code, '2']);
      expect((await denial('/', keyed('tk_live_x'))).status).toBe(503);
      expect([upstream.connections(), gateway.fleet.counted]).toEqual([0, []]);
    },
  );

  it('where no route leads, but only a good key learns that', async () => {
    const { routes } = await testConfig(upstream.url);
    await start({ routes: routes.map((route) => ({ ...route, path: '/v1' })) });
    expect((await denial('/other')).code).toBe('unauthenticated');
    const { status, code } = await denial('/other', keyed(gateway.fleet.addKey()));
    expect([status, code]).toEqual([404, 'not_found']);
  });

  it('with an address that readers take differently', async () => {
    const { status, code } = await denial('/a/..%2fb', keyed(gateway.fleet.addKey()));
    expect([status, code, upstream.connections()]).toEqual([400, 'malformed_request', 0]);
  });
});

describe('a key in the address is refused, and shown nowhere', () => {
  it.each([
    ['in the query', (secret: string) => `/?key=${secret}`],
    ['in the path', (secret: string) => `/${secret}/x`],
    ['escaped twice', (secret: string) => `/?key=${secret.replaceAll('_', '%255f')}`],
    ['escaped', (secret: string) => `/?key=${secret.replaceAll('_', '%5f').replace('t', '%74')}`],
  ])('%s', async (_, address) => {
    const secret = gateway.fleet.addKey();
    const { status, code, body } = await denial(address(secret), keyed(secret));
    expect([status, code, upstream.connections()]).toEqual([400, 'key_in_url', 0]);
    expect(JSON.stringify(body) + gateway.log.join('')).not.toContain(secret);
  });
});

describe('doubt refuses', () => {
  it('when the decision itself fails', async () => {
    const secret = gateway.fleet.addKey();
    Object.defineProperty(gateway.fleet.index, 'secrets', {
      get: () => {
        throw new Error(`broken over ${secret}`);
      },
    });
    const { status, code } = await denial('/', keyed(secret));
    expect([status, code, upstream.connections()]).toEqual([503, 'unavailable', 0]);
    expect(gateway.log.join('')).toContain('request could not be decided');
    expect(gateway.log.join('')).not.toContain(secret);
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    expect(metrics).toContain('tollkeeper_gateway_decisions_total{code="unavailable"} 1');
  });

  it('when the count cannot be kept: neither a yes nor a no goes out uncounted', async () => {
    const good = gateway.fleet.addKey();
    const disabled = gateway.fleet.addKey({ status: 'disabled' });
    gateway.fleet.fault = new Error('no spool');
    for (const secret of [good, disabled]) {
      const { status, code } = await denial('/', keyed(secret));
      expect([status, code]).toEqual([503, 'unavailable']);
    }
    expect(upstream.connections()).toBe(0);
  });
});

it('takes a key that is confined to its own workspace', async () => {
  const secret = gateway.fleet.addKey({ workspaceId: WORKSPACE_ID });
  expect(await (await fetch(gateway.url, { headers: keyed(secret) })).text()).toBe('from upstream');
});

it('cuts no connection later over a body that there never was', async () => {
  const client = await connectRaw(gateway.address);
  const timers = vi.spyOn(globalThis, 'setTimeout');
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await client.receives('unauthenticated');
  expect(timers.mock.calls.filter(([, delayMs = 0]) => delayMs >= 1000)).toEqual([]);
  client.socket.destroy();
});

it('goes on with the connection after a denial, whatever body came along', async () => {
  const client = await connectRaw(gateway.address);
  const key = gateway.fleet.addKey();
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde');
  await client.receives('unauthenticated');
  client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${key}\r\n\r\n`);
  await client.receives('from upstream');
  client.socket.destroy();
});
