import { parseIpRange } from '@tollkeeper/verify';
import { beforeEach, expect, it } from 'vitest';
import type { RouteConfig } from '../config/config.ts';
import { connectRaw, exchange } from '../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';

/** Of the request that reached the upstream last: its path, and some of its headers. */
let seen: Record<string, unknown>;
/** Headers of the next answer; HOST is that of the upstream. */
let answer: string[];
let upstreamUrl: string;

beforeEach(async () => {
  answer = [];
  const { url, server } = await startUpstream((req, res) => {
    seen = { path: req.url, prefix: req.headers['x-forwarded-prefix'] };
    if (req.headers['x-early']) res.writeEarlyHints({ link: '</a>', location: `${url}/v1/early` });
    res.writeHead(
      302,
      answer.map((each) => each.replace('HOST', new URL(url).host)),
    );
    res.end();
  });
  server.on('upgrade', (_, socket) => {
    socket.on('error', () => undefined);
    socket.end(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: a\r\nSet-Cookie: sid=1; Path=/v1/io\r\n\r\n',
    );
  });
  upstreamUrl = url;
});

async function startRoute(
  change: Partial<RouteConfig> = {},
  trustedProxies: readonly string[] = [],
): Promise<TestGateway> {
  const { routes } = await testConfig(`${upstreamUrl}/v1`);
  const strip = { path: '/llm', stripPrefix: true, ...change };
  return startTestGateway(undefined, {
    routes: routes.map((route) => ({ ...route, ...strip })),
    forwardAuth: false,
    trustedProxies: trustedProxies.flatMap((each) => parseIpRange(each) ?? []),
  });
}

/** @returns the headers of the answer that are about addresses, as lines */
async function ask(gateway: TestGateway, path: string, ...lines: string[]): Promise<string[]> {
  const key = `X-Api-Key: ${gateway.fleet.addKey()}`;
  const host = lines.some((line) => /^host:/i.test(line)) ? [] : ['Host: api.example.com'];
  const head = [`GET ${path} HTTP/1.1`, ...host, key, ...lines, '', ''].join('\r\n');
  const text = await exchange(gateway.address, head);
  return text
    .split('\r\n')
    .filter((line) => /^(?:content-)?location|^refresh|^set-cookie/i.test(line));
}

it('rewrites each header of an answer that names the upstream', async () => {
  const gateway = await startRoute();
  answer = [
    ...['Location', 'http://HOST/v1/next', 'Content-Location', '/v1/this'],
    ...['Refresh', '5; url=http://HOST/v1/'],
    ...['Set-Cookie', 'a=1; Path=/v1; Domain=127.0.0.1', 'Set-Cookie', 'b=2; Path=/; HttpOnly'],
    ...['Set-Cookie', '__Host-c=3; Path=/; Secure'],
  ];
  expect(await ask(gateway, '/llm/now')).toEqual([
    ...['Location: /llm/next', 'Content-Location: /llm/this', 'Refresh: 5; url=/llm/'],
    ...['Set-Cookie: a=1; Path=/llm', 'Set-Cookie: b=2; Path=/llm; HttpOnly'],
    'Set-Cookie: __Host-c=3; Path=/; Secure',
  ]);
  expect(seen).toEqual({ path: '/v1/now', prefix: '/llm' });
});

it('leaves everything as it is where the route turns it off', async () => {
  const gateway = await startRoute({ rewriteAddresses: false });
  answer = ['Location', 'http://HOST/v1/next', 'Set-Cookie', 'a=1; Path=/v1; Domain=127.0.0.1'];
  const { host } = new URL(upstreamUrl);
  expect(await ask(gateway, '/llm/now')).toEqual([
    `Location: http://${host}/v1/next`,
    'Set-Cookie: a=1; Path=/v1; Domain=127.0.0.1',
  ]);
});

it('rewrites what comes before an answer, and in a change of protocol', async () => {
  const gateway = await startRoute();
  expect(await ask(gateway, '/llm/a', 'X-Early: 1')).toEqual(['location: /llm/early']);
  const client = await connectRaw(gateway.address);
  client.send(
    `GET /llm/a HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n`,
  );
  expect(await client.receives('\r\n\r\n')).toContain('\r\nSet-Cookie: sid=1; Path=/llm/io\r\n');
  client.socket.destroy();
});

it('names no host that a client or a proxy may have made up', async () => {
  const gateway = await startRoute({ preserveHost: true }, ['127.0.0.1']);
  for (const location of [
    'http://HOST/v1/x',
    'http://evil.example/v1/x',
    'http://evil.example:80/v1/x',
  ]) {
    answer = ['Location', location];
    const lines = [
      'Host: Evil.Example',
      'X-Forwarded-Host: evil.example',
      'Forwarded: host=evil.example',
    ];
    expect(await ask(gateway, '/llm/now', ...lines)).toEqual(['Location: /llm/x']);
  }
  answer = ['Location', 'http://HOST/v1/x'];
  for (const prefix of ['//evil.example', '/\\evil.example', 'https://evil.example', '/a/..']) {
    const lines = await ask(gateway, '/llm/now', `X-Forwarded-Prefix: ${prefix}`);
    expect([lines, seen.prefix]).toEqual([['Location: /llm/x'], '/llm']);
  }
});

it('puts the prefix of a trusted proxy in front, and drops that of others', async () => {
  answer = ['Location', '/v1/x', 'Set-Cookie', 'a=1; Path=/'];
  const prefixed = ['X-Forwarded-Prefix: /api/'];
  const trusting = await startRoute({}, ['127.0.0.1']);
  expect(await ask(trusting, '/llm/now', ...prefixed)).toEqual([
    'Location: /api/llm/x',
    'Set-Cookie: a=1; Path=/api/llm',
  ]);
  expect(seen.prefix).toBe('/api/llm');
  expect(await ask(await startRoute(), '/llm/now', ...prefixed)).toEqual([
    'Location: /llm/x',
    'Set-Cookie: a=1; Path=/llm',
  ]);
  expect(seen.prefix).toBe('/llm');

  const whole = await startRoute({ path: '', stripPrefix: false });
  expect(await ask(whole, '/now', ...prefixed)).toEqual([
    'Location: /x',
    'Set-Cookie: a=1; Path=/',
  ]);
  expect(seen).toEqual({ path: '/v1/now', prefix: undefined });
});

it('keeps the domain of a cookie that the public name is in', async () => {
  const gateway = await startRoute({}, ['127.0.0.1']);
  answer = ['Set-Cookie', 'a=1; Domain=127.0.0.1'];
  expect(await ask(gateway, '/llm/now', 'Host: 127.0.0.1:7430')).toEqual([
    'Set-Cookie: a=1; Domain=127.0.0.1',
  ]);
  const behind = ['Host: 127.0.0.1:7430', 'X-Forwarded-Host: api.example.com'];
  expect(await ask(gateway, '/llm/now', ...behind)).toEqual(['Set-Cookie: a=1']);
});
