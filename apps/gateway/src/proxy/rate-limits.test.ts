import type { Duplex } from 'node:stream';
import type { Limiter } from '@tollkeeper/gateway-core';
import { parseIpRange } from '@tollkeeper/verify';
import { beforeEach, expect, it } from 'vitest';
import { addPolicy } from '../testing/add-policy.ts';
import { connectRaw } from '../testing/raw-client.ts';
import { startTestGateway, startUpstream, type TestGateway } from '../testing/test-gateway.ts';

const POLICY = '"2/day per key";q=2;w=86400';

let upstreamUrl: string;
let seen: string[];

beforeEach(async () => {
  const upstream = await startUpstream((req, res) => {
    seen.push(req.url ?? '');
    if (req.url === '/lost') res.socket?.destroy();
    else if (req.url === '/own') {
      res.writeHead(200, { 'RateLimit-Policy': '"own";q=5', RateLimit: '"own";r=4' }).end();
    } else res.end('whole');
  });
  upstream.server.on('upgrade', (_, socket: Duplex) => {
    const head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n';
    socket.on('error', () => undefined).end(head);
  });
  upstreamUrl = upstream.url;
});

/** A gateway whose keys may each call twice a day. */
async function start(limiter?: Limiter): Promise<TestGateway> {
  seen = [];
  const trustedProxies = [parseIpRange('127.0.0.1')].filter((each) => each !== undefined);
  const change = { forwardAuth: true, trustedProxies };
  const gateway = await startTestGateway(upstreamUrl, change, limiter ? { limiter } : {});
  addPolicy(gateway.fleet, '@limit("2/day") permit (principal, action, resource);');
  return gateway;
}

async function ask(gateway: TestGateway, path: string, secret: string) {
  const answer = await fetch(gateway.url + path, {
    headers: { 'x-api-key': secret, 'x-forwarded-uri': '/path' },
  });
  const text = await answer.text();
  const { headers } = answer;
  const [policy, rest] = [headers.get('ratelimit-policy'), headers.get('ratelimit')];
  return { status: answer.status, text, policy, rest, retryAfter: headers.get('retry-after') };
}

it.each([
  ['the proxy', '/path', ['/path', '/path']],
  ['forward authentication', '/forward-auth', []],
  ['ext_authz', '/ext-authz/path', []],
])('%s says what is left, and refuses calls beyond it', async (_, path, passed) => {
  const gateway = await start();
  const secret = gateway.fleet.addKey();
  expect(await ask(gateway, path, secret)).toMatchObject({
    ...{ status: 200, policy: POLICY, rest: '"2/day per key";r=1;t=43200', retryAfter: null },
  });
  expect(await ask(gateway, path, secret)).toMatchObject({ status: 200 });
  const refused = await ask(gateway, path, secret);
  expect(refused).toMatchObject({ status: 429, policy: POLICY, retryAfter: '43200' });
  expect(refused.rest).toBe('"2/day per key";r=0;t=43200');
  const { code, error } = JSON.parse(refused.text);
  expect([code, error.type, error.code]).toEqual([
    ...['rate_limited', 'rate_limit_error', 'rate_limited'],
  ]);
  const other = gateway.fleet.addKey({ keyId: 'key_00000000000000000002' });
  expect((await ask(gateway, path, other)).status).toBe(200);
  expect(gateway.fleet.counted.map(({ accepted }) => accepted)).toEqual([true, true, false, true]);
  expect(seen.slice(0, 2)).toEqual(passed);
});

it('adds what is left to what the upstream says, and to the refusals of a call that was let through', async () => {
  const gateway = await start();
  const secret = gateway.fleet.addKey();
  expect(await ask(gateway, '/own', secret)).toMatchObject({
    ...{ policy: `"own";q=5, ${POLICY}`, rest: '"own";r=4, "2/day per key";r=1;t=43200' },
  });
  expect(await ask(gateway, '/lost', secret)).toMatchObject({ status: 502, policy: POLICY });
});

it('adds it to the answer of an upgrade, and refuses one', async () => {
  const gateway = await start();
  const secret = gateway.fleet.addKey();
  const upgrade = async () => {
    const client = await connectRaw(gateway.address);
    const head = ['GET / HTTP/1.1', 'Host: a', `X-Api-Key: ${secret}`];
    client.send([...head, 'Connection: Upgrade', 'Upgrade: a', '', ''].join('\r\n'));
    return client.closes();
  };
  expect(await upgrade()).toMatch(/^HTTP\/1\.1 101 [\s\S]*\r\nRateLimit: "2\/day per key";r=1;/);
  await upgrade();
  expect(await upgrade()).toMatch(/^HTTP\/1\.1 429 [\s\S]*\r\nRetry-After: /);
});

it('says nothing where no limit applies, and nothing to a key that is refused for all else', async () => {
  const gateway = await start();
  const revoked = gateway.fleet.addKey({ status: 'revoked' });
  expect(await ask(gateway, '/path', revoked)).toMatchObject({ status: 401, policy: null });
  addPolicy(gateway.fleet, 'permit (principal, action, resource);');
  const secret = gateway.fleet.addKey();
  expect(await ask(gateway, '/path', secret)).toMatchObject({ status: 200, policy: null });
});

it('refuses while nothing is known of the counters', async () => {
  const gateway = await start({ take: () => Promise.reject(new Error('away')) });
  const secret = gateway.fleet.addKey();
  for (const path of ['/path', '/forward-auth']) {
    expect(await ask(gateway, path, secret)).toMatchObject({ status: 503 });
  }
  expect(seen).toEqual([]);
});
