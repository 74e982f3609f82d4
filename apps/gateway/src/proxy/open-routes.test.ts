import { parseIpRange } from '@tollkeeper/verify';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../config/config.ts';
import { connectRaw, exchange } from '../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

const TRUSTED = [parseIpRange('127.0.0.1')].filter((each) => each !== undefined);

/** The path and headers of each request that reached the upstream, as text. */
let seen: string[];
let upstreamUrl: string;

beforeEach(async () => {
  seen = [];
  const { url } = await startUpstream((req, res) => {
    seen.push([req.url, ...req.rawHeaders].join('\n'));
    // Some path answers for long.
    if (req.url === '/open/slow') res.write('begun');
    else res.end('done');
  });
  upstreamUrl = url;
});

/** One with an open route, a route below it that needs a key, and all else. */
async function start(change: Partial<Config> = {}): Promise<TestGateway> {
  const { routes } = await testConfig(upstreamUrl);
  const [all] = routes;
  if (!all) throw new Error('no route');
  const open = { ...all, path: '/open', access: 'open' as const };
  const closed = { ...all, path: '/open/closed' };
  return startTestGateway(undefined, { routes: [closed, open, all], ...change });
}

function ask({ address }: TestGateway, path: string, ...lines: string[]): Promise<string> {
  return exchange(address, [`GET ${path} HTTP/1.1`, 'Host: a', ...lines, '', ''].join('\r\n'));
}

async function metric(gateway: TestGateway, line: string): Promise<boolean> {
  const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  return text.split('\n').includes(`tollkeeper_gateway_${line}`);
}

it('needs no key, and is counted in the metrics, not as a call', async () => {
  const gateway = await start();
  expect(await ask(gateway, '/open/x?a=b')).toMatch(/^HTTP\/1\.1 200 .*done$/s);
  expect(seen[0]).toMatch(/^\/open\/x\?a=b\n/);
  expect(gateway.fleet.counted).toEqual([]);
  expect(await metric(gateway, 'decisions_total{code="open"} 1')).toBe(true);
});

it('passes on no key and nobody’s name', async () => {
  const gateway = await start();
  const [key, other] = [gateway.fleet.addKey(), gateway.fleet.addKey({ status: 'revoked' })];
  const forged = ['X-Tollkeeper-Key-Id: forged', 'X_Tollkeeper_Scopes: forged'];
  const sent = [`Authorization: Bearer ${key}`, `x-api-key: ${other}`, `Cookie: a=${key}`];
  expect(await ask(gateway, '/open', ...forged, ...sent, 'X-Kept: 1')).toMatch(/^HTTP\/1\.1 200 /);
  expect(seen[0]).not.toMatch(/tk_live_|forged|tollkeeper/i);
  expect(seen[0]).toContain('X-Kept\n1');
  expect(gateway.fleet.counted).toEqual([]);
  const inUrl = await ask(gateway, `/open?key=${key}`);
  expect(inUrl).toMatch(/^HTTP\/1\.1 400 .*"code":"key_in_url"/s);
});

describe('nothing else is reached through it', () => {
  it.each([
    ['/open/closed', 401],
    ['/opened', 401],
    ['/', 401],
    ['/open/%63losed', 400],
    ['/open/closed%3f', 400],
    ['/open/x%2f..%2fclosed', 400],
    ['/open/..', 400],
    ['/open%2f../admin', 400],
    ['/open;/closed', 400],
    ['/open//closed', 400],
    ['/OPEN', 400],
    ['/open%3f', 400],
    ['/open%23/../closed', 400],
    ['//open', 400],
    ['/%6fpen', 400],
    ['http://a/open/closed', 401],
  ])('%s: %i', async (path, status) => {
    const gateway = await start();
    expect(await ask(gateway, path)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(seen).toEqual([]);
  });
});

it.each(['no_snapshot', 'snapshot_stale', 'gateway_removed'] as const)(
  'is closed as %s, and what is under way on it ends',
  async (code) => {
    const gateway = await start();
    const client = await connectRaw(gateway.address);
    client.send('GET /open/slow HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.receives('begun');
    gateway.fleet.noKeys = code;
    expect(await ask(gateway, '/open')).toMatch(new RegExp(`^HTTP/1\\.1 503 .*"${code}"`, 's'));
    await client.closes();
  },
);

it('its connections make room for callers with a key', async () => {
  const { limits } = await testConfig();
  const gateway = await start({ limits: { ...limits, connectionsMax: 3 } });
  const slow = await Promise.all([1, 2].map(() => connectRaw(gateway.address)));
  for (const client of slow) client.send('GET /open/slow HTTP/1.1\r\nHost: a\r\n\r\n');
  for (const client of slow) await client.receives('begun');
  const key = `x-api-key: ${gateway.fleet.addKey()}`;
  const caller = await connectRaw(gateway.address);
  caller.send(`GET /open/closed HTTP/1.1\r\nHost: a\r\n${key}\r\n\r\n`);
  await caller.receives('done');
  await until('one made room', () => slow.some((client) => client.isClosed()));
  caller.socket.destroy();
});

describe('where another proxy asks', () => {
  it.each([
    ['/forward-auth', 'X-Forwarded-Uri: /open/x'],
    ['/ext-authz/open/x', 'X-Any: 1'],
  ])('%s %s: passes, and names nobody', async (path, line) => {
    const gateway = await start({ forwardAuth: true, trustedProxies: TRUSTED });
    const answer = await ask(gateway, path, line, 'X-Tollkeeper-Key-Id: forged');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer.match(/^x-tollkeeper-.*$/gim)).toEqual([
      'X-Tollkeeper-Key-Id: ',
      'X-Tollkeeper-Key-Name: ',
      'X-Tollkeeper-Organization-Id: ',
      'X-Tollkeeper-Member-Id: ',
      'X-Tollkeeper-Scopes: ',
      'X-Tollkeeper-Workspace-Id: ',
    ]);
    expect(gateway.fleet.counted).toEqual([]);
    gateway.fleet.noKeys = 'gateway_removed';
    expect(await ask(gateway, path, line)).toMatch(/^HTTP\/1\.1 503 /);
  });

  it.each([
    ['/forward-auth', 'X-Forwarded-Uri: /open/closed', 401],
    ['/forward-auth', 'X-Forwarded-Uri: /open/%63losed', 400],
    ['/forward-auth', 'X-Forwarded-Uri: /open\r\nX-Original-Uri: /open/closed', 400],
    ['/ext-authz/open/closed', 'X-Forwarded-Uri: /open', 401],
    ['/ext-authz/open%3f', 'X-Any: 1', 400],
    ['/forward-auth/open', 'X-Any: 1', 400],
  ])('%s %s: %i', async (path, line, status) => {
    const gateway = await start({ forwardAuth: true, trustedProxies: TRUSTED });
    expect(await ask(gateway, path, line)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  it('needs a key where the proxy is not trusted, whose client may have written the address', async () => {
    const gateway = await start({ forwardAuth: true });
    const line = 'X-Forwarded-Uri: /open';
    expect(await ask(gateway, '/forward-auth', line)).toMatch(/^HTTP\/1\.1 401 /);
    expect(gateway.log.join('')).toContain('trustedProxies does not name');
    const key = `x-api-key: ${gateway.fleet.addKey()}`;
    expect(await ask(gateway, '/forward-auth', line, key)).toMatch(/^HTTP\/1\.1 200 /);
  });
});
