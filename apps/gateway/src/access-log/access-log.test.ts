import { existsSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../config/config.ts';
import { createLog } from '../log.ts';
import { type AccessLogFile, makeAccessLogFile } from '../testing/access-log-file.ts';
import { connectRaw, exchange } from '../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';
import { createAccessLog } from './access-log.ts';

const KEY_ID = 'key_00000000000000000001';
const TRACE = '0af7651916cd43dd8448eb211c80319c';

let log: AccessLogFile;

beforeEach(async () => {
  log = await makeAccessLogFile();
});

async function start(upstream: string, change: Partial<Config> = {}): Promise<TestGateway> {
  return startTestGateway(upstream, { accessLog: log.accessLog, ...change });
}

async function lineOf(send: Promise<unknown>): Promise<Record<string, unknown>> {
  await send.catch(() => undefined);
  const [line = {}] = await log.lines(1);
  return line;
}

it('has one line for each call, with its key, bytes and times, and no query', async () => {
  const upstream = await startUpstream((req, res) => {
    req.resume().once('end', () => res.end('answer'));
  });
  const gateway = await start(upstream.url);
  const before = Date.now();
  const line = await lineOf(
    fetch(`${gateway.url}/v1/models?secret=1`, {
      method: 'POST',
      body: 'body of 16 bytes',
      headers: {
        'x-api-key': gateway.fleet.addKey(),
        traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
      },
    }),
  );
  expect(line).toEqual({
    time: expect.any(String),
    endpoint: 'proxy',
    method: 'POST',
    path: '/v1/models',
    route: '/',
    status: 200,
    code: 'valid',
    keyId: KEY_ID,
    bytesIn: 16,
    bytesOut: 6,
    upstreamMs: expect.any(Number),
    totalMs: expect.any(Number),
    completed: true,
    traceId: TRACE,
    requestId: null,
  });
  expect(Date.parse(String(line.time))).toBeGreaterThanOrEqual(before - 1);
  expect(Number(line.upstreamMs)).toBeGreaterThan(0);
  expect(Number(line.totalMs)).toBeGreaterThanOrEqual(Number(line.upstreamMs));
});

describe('says why a call was refused', () => {
  const NOWHERE = 'http://127.0.0.1:9';

  it('by a decision about its key, with the key and the id of the answer', async () => {
    const gateway = await start(NOWHERE);
    const headers = { 'x-api-key': gateway.fleet.addKey({ status: 'revoked' }) };
    const answer = await fetch(gateway.url, { headers });
    const problem = await answer.json();
    expect(await lineOf(Promise.resolve())).toMatchObject({
      ...{ status: 401, code: 'revoked', keyId: KEY_ID, upstreamMs: null },
      ...{ bytesOut: Number(answer.headers.get('content-length')), requestId: problem.requestId },
    });
  });

  it('as it has no key, or leads nowhere', async () => {
    const { routes } = await testConfig(NOWHERE);
    const gateway = await start(NOWHERE, {
      routes: routes.map((route) => ({ ...route, path: '/v1' })),
    });
    await fetch(gateway.url);
    await fetch(gateway.url, { headers: { 'x-api-key': gateway.fleet.addKey() } });
    expect(await log.lines(2)).toMatchObject([
      { status: 401, code: 'unauthenticated', keyId: null, route: null },
      { status: 404, code: 'not_found', keyId: KEY_ID, route: null },
    ]);
  });

  it('as too many calls of its key are in progress', async () => {
    const answers: ServerResponse[] = [];
    const upstream = await startUpstream((_, res) => answers.push(res));
    const gateway = await start(upstream.url, { perKey: { callsMax: 1 } });
    const headers = { 'x-api-key': gateway.fleet.addKey() };
    const first = fetch(gateway.url, { headers });
    await until('in progress', () => answers.length === 1);
    const refused = await lineOf(fetch(gateway.url, { headers }));
    expect(refused).toMatchObject({ status: 429, code: 'rate_limited', keyId: KEY_ID });
    answers[0]?.end();
    await first;
    expect((await log.lines(2))[1]).toMatchObject({ status: 200, code: 'valid' });
  });

  it.each([
    ['an upstream that nobody runs', '', 502, 'upstream_failed'],
    ['a body that is too large', 'x'.repeat(11), 413, 'body_too_large'],
  ])('%s', async (_, body, status, code) => {
    const [route] = (await testConfig(NOWHERE)).routes;
    if (!route) throw new Error('no route');
    const gateway = await start(NOWHERE, { routes: [{ ...route, bodyBytesMax: 10 }] });
    const headers = { 'x-api-key': gateway.fleet.addKey() };
    const line = await lineOf(fetch(gateway.url, { method: 'POST', body, headers }));
    expect(line).toMatchObject({ status, code, keyId: KEY_ID, requestId: expect.any(String) });
    // No head of an answer ever came.
    expect(line.upstreamMs).toBeNull();
  });

  it.each([
    ['a head that is too large', `GET / HTTP/1.1\r\nA: ${'a'.repeat(20_000)}`, 431],
    ['a method that Node does not know', 'BREW / HTTP/1.1\r\n\r\n', 405],
    ['a tunnel', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', 405],
    ['no HTTP', 'hello\r\n\r\n', 400],
  ])('%s, which is no request yet', async (_, bytes, status) => {
    const gateway = await start(NOWHERE);
    const answer = await exchange(gateway.address, bytes);
    const line = await lineOf(Promise.resolve());
    expect(line).toMatchObject({ status, method: null, path: null, requestId: expect.any(String) });
    expect(line.code).toEqual(expect.any(String));
    expect(line.bytesOut).toBe(answer.length - answer.indexOf('\r\n\r\n') - 4);
  });
});

it('says when a client leaves before its answer, or in it, and when an upstream breaks off', async () => {
  const answers: ServerResponse[] = [];
  const upstream = await startUpstream((_, res) => answers.push(res));
  const gateway = await start(upstream.url);
  const request = `GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\n\r\n`;
  const call = async (count: number) => {
    const client = await connectRaw(gateway.address);
    client.send(request);
    await until('in progress', () => answers.length === count);
    return client;
  };

  (await call(1)).socket.destroy();
  await log.lines(1);

  const second = await call(2);
  answers[1]?.write('part');
  await second.receives('part');
  second.socket.destroy();
  await log.lines(2);

  const third = await call(3);
  answers[2]?.write('part');
  await third.receives('part');
  answers[2]?.destroy();

  expect(await log.lines(3)).toMatchObject([
    { status: null, code: 'valid', completed: false, bytesOut: 0, upstreamMs: null },
    { status: 200, code: 'valid', completed: false, bytesOut: 4 },
    { status: 200, code: 'upstream_failed', completed: false, bytesOut: 4 },
  ]);
});

it('has a line for open routes and for preflights', async () => {
  const upstream = await startUpstream((_, res) => res.end('open'));
  const [route] = (await testConfig(upstream.url)).routes;
  if (!route) throw new Error('no route');
  const cors = { origins: ['https://a.example'], methods: ['GET'], headers: [] };
  const gateway = await start(upstream.url, {
    routes: [
      { ...route, path: '/open', access: 'open' },
      { ...route, cors: { ...cors, exposedHeaders: [], credentials: false, maxAgeMs: 0 } },
    ],
  });
  await fetch(`${gateway.url}/open/x`);
  const headers = { origin: 'https://a.example', 'access-control-request-method': 'GET' };
  await fetch(gateway.url, { method: 'OPTIONS', headers });
  expect(await log.lines(2)).toMatchObject([
    { path: '/open/x', route: '/open', status: 200, code: 'open', keyId: null, bytesOut: 4 },
    { method: 'OPTIONS', status: 204, code: 'preflight' },
  ]);
});

it('has lines of one kind and size whatever clients send', async () => {
  const upstream = await startUpstream((_, res) => res.end());
  const gateway = await start(upstream.url);
  const key = `X-Api-Key: ${gateway.fleet.addKey()}`;
  const targets = [
    '/a"b\\n{"code":"forged"}',
    '/%0a%0d{"forged":true}',
    `/${'a'.repeat(10_000)}`,
    `/${'"'.repeat(10_000)}`,
    'http://user:password@a/absolute',
  ];
  for (const target of targets) {
    await exchange(gateway.address, `GET ${target} HTTP/1.1\r\nHost: a\r\n${key}\r\n\r\n`);
  }
  const lines = await log.lines(targets.length);
  expect(lines.map(({ path }) => String(path).slice(0, 30))).toEqual([
    '/a%22b%5Cn{%22code%22:%22forge',
    '/%0a%0d{%22forged%22:true}',
    `/${'a'.repeat(29)}`,
    `/${'%22'.repeat(9)}%2`,
    '/absolute',
  ]);
  const text = await log.text();
  expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(2048);
});

it('is turned on, moved and turned off while the gateway runs', async () => {
  const upstream = await startUpstream((_, res) => res.end());
  const gateway = await start(upstream.url, { accessLog: null });
  const other = await makeAccessLogFile();
  const call = () => fetch(gateway.url, { headers: { 'x-api-key': gateway.fleet.addKey() } });
  const reload = (accessLog: Config['accessLog']) =>
    gateway.reload({ ...gateway.config, accessLog });

  await call();
  expect(existsSync(log.accessLog.file)).toBe(false);
  reload(log.accessLog);
  await call();
  await log.lines(1);
  reload(other.accessLog);
  await call();
  await other.lines(1);
  reload(null);
  await call();
  await gateway.close();
  expect(await log.lines(0)).toHaveLength(1);
  expect(await other.lines(0)).toHaveLength(1);
});

it('logs the share of calls that it is asked to', async () => {
  const randoms = [0.1, 0.5, 0.24, 0.9];
  const accessLog = createAccessLog({
    config: { ...log.accessLog, sample: 0.25 },
    log: createLog('error'),
    dropped: () => undefined,
    nowMs: Date.now,
    random: () => randoms.shift() ?? 1,
  });
  expect([1, 2, 3, 4].map(() => accessLog.begin() !== undefined)).toEqual([
    ...[true, false, true, false],
  ]);
});

it('makes no record of a call while it is off', () => {
  const options = { log: createLog('error'), dropped: () => undefined, nowMs: Date.now };
  expect(createAccessLog({ ...options, config: null }).begin()).toBeUndefined();
});
