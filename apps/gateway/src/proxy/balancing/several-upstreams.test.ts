/** Routes with several upstreams, which are processes that are killed, stopped and started again. */
import { describe, expect, it } from 'vitest';
import type { BalancingConfig, RouteConfig } from '../../config/config.ts';
import { startClosingUpstream } from '../../testing/closing-upstream.ts';
import { connectRaw } from '../../testing/raw-client.ts';
import {
  startUpstreamProcess,
  type UpstreamProcess,
} from '../../testing/start-upstream-process.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../../testing/test-gateway.ts';
import { until } from '../../testing/until.ts';

const LONG_MS = 3_600_000;

async function routeOf(
  upstreams: readonly string[],
  change: Partial<BalancingConfig> = {},
  timeouts: Partial<RouteConfig['timeouts']> = {},
): Promise<RouteConfig> {
  const { routes } = await testConfig(upstreams[0] ?? '');
  const [route] = routes;
  if (!route) throw new Error('no route');
  const balancing: BalancingConfig = {
    upstreams: upstreams.map((url) => ({ url, weight: 1 })),
    method: 'round_robin',
    ejection: { failuresMax: 3, durationMs: LONG_MS, on5xx: false },
    healthCheck: null,
    ...change,
  };
  return { ...route, balancing, timeouts: { ...route.timeouts, ...timeouts } };
}

const startAll = (...names: string[]): Promise<UpstreamProcess[]> =>
  Promise.all(names.map((name) => startUpstreamProcess(name)));

/** @returns the status, and the name of the upstream that answered */
async function ask(gateway: TestGateway, key: string, method = 'GET'): Promise<[number, string]> {
  const answer = await fetch(gateway.url, { method, headers: { 'x-api-key': key } });
  await answer.arrayBuffer();
  return [answer.status, answer.headers.get('x-upstream') ?? ''];
}

async function metricsOf({ adminUrl }: TestGateway): Promise<string> {
  return (await fetch(`${adminUrl}/metrics`)).text();
}

/** Many clients that ask one thing after another until the load ends. */
function startLoad(gateway: TestGateway, key: string, clients = 8) {
  const failures: unknown[] = [];
  /** How often each upstream has answered. */
  const counts = new Map<string, number>();
  let isOver = false;
  const client = async (_: unknown, at: number) => {
    while (!isOver) {
      const method = ['GET', 'PUT', 'DELETE', 'OPTIONS'][at % 4];
      const [status, name] = await ask(gateway, key, method).catch((error) => [error, '']);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (status !== 200) failures.push([method, status]);
    }
  };
  const ended = Promise.all(Array.from({ length: clients }, client));
  return {
    failures,
    /** Waits until the upstream has answered so many more times. */
    async answers(name: string, more = 20): Promise<void> {
      const before = counts.get(name) ?? 0;
      await until(`${name} answers`, () => (counts.get(name) ?? 0) >= before + more);
    },
    async end(): Promise<void> {
      isOver = true;
      await ended;
    },
  };
}

it('an upstream that is killed under load fails no idempotent request, and is used again later', async () => {
  const [a, b, c] = (await startAll('a', 'b', 'c')) as [
    UpstreamProcess,
    UpstreamProcess,
    UpstreamProcess,
  ];
  const ejection = { failuresMax: 3, durationMs: 50, on5xx: false };
  const route = await routeOf([a.url, b.url, c.url], { ejection });
  const gateway = await startTestGateway(undefined, { routes: [route], forwardAuth: false });
  const load = startLoad(gateway, gateway.fleet.addKey());
  await Promise.all(['a', 'b', 'c'].map((name) => load.answers(name)));

  await a.kill();
  await until('ejected', () => gateway.log.some((line) => line.includes('upstream ejected')));
  await Promise.all(['b', 'c'].map((name) => load.answers(name)));
  await b.kill();
  await load.answers('c', 100);

  await a.again();
  await load.answers('a');
  await c.kill();
  await load.answers('a', 100);
  await load.end();
  expect(load.failures).toEqual([]);
  expect(await metricsOf(gateway)).toMatch(/_upstream_retries_total [1-9]/);
});

it('one that hangs delays few requests, fails none, and comes back', async () => {
  const [a, b] = (await startAll('a', 'b')) as [UpstreamProcess, UpstreamProcess];
  const ejection = { failuresMax: 1, durationMs: 50, on5xx: false };
  const route = await routeOf([a.url, b.url], { ejection }, { responseMs: 4000 });
  const gateway = await startTestGateway(undefined, { routes: [route], forwardAuth: false });
  const key = gateway.fleet.addKey();
  a.signal('SIGSTOP');
  expect([await ask(gateway, key), await ask(gateway, key)]).toEqual([
    [200, 'b'],
    [200, 'b'],
  ]);
  expect(await metricsOf(gateway)).toContain(`_upstream_up{upstream="${a.url}"} 0`);
  a.signal('SIGCONT');
  await until('used again', async () => (await ask(gateway, key))[1] === 'a');
  expect(await metricsOf(gateway)).toContain(`_upstream_up{upstream="${a.url}"} 1`);
});

describe('health checks', () => {
  const healthCheck = { path: '/health', intervalMs: 20, timeoutMs: 10_000, status: 200 };

  it('take an upstream out without a failed request, and put it back', async () => {
    const [a, b] = (await startAll('a', 'b')) as [UpstreamProcess, UpstreamProcess];
    const route = await routeOf([a.url, b.url], { healthCheck });
    const gateway = await startTestGateway(undefined, { routes: [route], forwardAuth: false });
    const key = gateway.fleet.addKey();
    const isUp = async (url: string) =>
      (await metricsOf(gateway)).includes(`_upstream_up{upstream="${url}"} 1`);
    await a.setHealth(503);
    await until('out', async () => !(await isUp(a.url)));
    for (let i = 0; i < 4; i++) expect(await ask(gateway, key)).toEqual([200, 'b']);

    await b.setHealth(500);
    await until('all out', async () => !(await isUp(b.url)));
    const refused = await fetch(gateway.url, { headers: { 'x-api-key': key } });
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'no_upstream' }]);
    expect(refused.headers.get('retry-after')).toBe('2');

    await a.setHealth(200);
    await until('back', () => isUp(a.url));
    for (let i = 0; i < 4; i++) expect(await ask(gateway, key, 'POST')).toEqual([200, 'a']);
    expect(gateway.log.join('')).toContain('upstream failed its health check');
    expect(gateway.log.join('')).toContain('upstream is available again');
  });

  it('end with the route', async () => {
    const checks = { a: 0, b: 0 };
    const [a, b] = await Promise.all(
      (['a', 'b'] as const).map((name) =>
        startUpstream((_, res) => {
          checks[name]++;
          res.end();
        }),
      ),
    );
    if (!a || !b) throw new Error('no upstreams');
    const route = await routeOf([a.url, b.url], { healthCheck });
    const gateway = await startTestGateway(undefined, { routes: [route], forwardAuth: false });
    await until('both are checked', () => checks.a > 1 && checks.b > 1);
    const next = await routeOf([b.url], { healthCheck });
    gateway.reload({ ...gateway.config, routes: [next] });
    // One may be on its way.
    const most = { a: checks.a + 1, b: checks.b + 20 };
    await until('the other is checked on', () => checks.b > most.b);
    expect(checks.a).toBeLessThanOrEqual(most.a);
  });

  it('go on after an answer that changes the protocol', async () => {
    let checks = 0;
    const { url } = await startClosingUpstream(({ socket }) => {
      const isFirst = checks++ === 0;
      const upgrade =
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n';
      socket.write(isFirst ? upgrade : 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    const route = await routeOf([url], { healthCheck });
    const gateway = await startTestGateway(undefined, { routes: [route], forwardAuth: false });
    await until('out and back', () => {
      const log = gateway.log.join('');
      return log.includes('upstream failed its health check') && log.includes('available again');
    });
  });

  it('notice one that hangs', async () => {
    const [a, b] = (await startAll('a', 'b')) as [UpstreamProcess, UpstreamProcess];
    const impatient = { ...healthCheck, timeoutMs: 500 };
    const route = await routeOf([a.url, b.url], { healthCheck: impatient });
    const gateway = await startTestGateway(undefined, { routes: [route], forwardAuth: false });
    a.signal('SIGSTOP');
    const isOut = async () =>
      (await metricsOf(gateway)).includes(`_upstream_up{upstream="${a.url}"} 0`);
    await until('out', isOut);
    a.signal('SIGCONT');
    await until('back', async () => !(await isOut()));
  });
});

it('a new configuration keeps the state of the upstreams that stay', async () => {
  const [a, b] = (await startAll('a', 'b')) as [UpstreamProcess, UpstreamProcess];
  await a.kill();
  const gateway = await startTestGateway(undefined, {
    routes: [await routeOf([a.url, b.url])],
    forwardAuth: false,
  });
  const key = gateway.fleet.addKey();
  for (let i = 0; i < 6; i++) expect(await ask(gateway, key)).toEqual([200, 'b']);
  const out = `_upstream_up{upstream="${a.url}"} 0`;
  expect(await metricsOf(gateway)).toContain(out);

  const c = await startUpstreamProcess('c');
  const weighted = [a, c].map(({ url }, at) => ({ url, weight: at + 2 }));
  const change = { upstreams: weighted, method: 'least_connections' } as const;
  const route = await routeOf([a.url, c.url], change);
  gateway.reload({ ...gateway.config, routes: [route] });
  const metrics = await metricsOf(gateway);
  expect(metrics).toContain(out);
  expect(metrics).not.toContain(b.url);
  for (let i = 0; i < 4; i++) expect(await ask(gateway, key)).toEqual([200, 'c']);
});

it('shares out WebSockets too, and counts them for as long as they last', async () => {
  const [a, b] = (await startAll('a', 'b')) as [UpstreamProcess, UpstreamProcess];
  const route = await routeOf([a.url, b.url], { method: 'least_connections' });
  const gateway = await startTestGateway(undefined, { routes: [route], forwardAuth: false });
  const key = gateway.fleet.addKey();
  const open = async () => {
    const client = await connectRaw(gateway.address);
    client.send(
      `GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${key}\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`,
    );
    const head = await client.receives(/\r\n\r\n/);
    expect(head).toMatch(/^HTTP\/1\.1 101 /);
    return { client, name: /x-upstream: (.)/.exec(head)?.[1] };
  };
  const calls = ({ url }: UpstreamProcess, count: number) =>
    until(`${count} calls`, async () =>
      (await metricsOf(gateway)).includes(`_upstream_calls{upstream="${url}"} ${count}\n`),
    );
  const tunnels = [await open(), await open(), await open(), await open()];
  expect(tunnels.map(({ name }) => name).toSorted()).toEqual(['a', 'a', 'b', 'b']);
  await Promise.all([calls(a, 2), calls(b, 2)]);

  await a.kill();
  await calls(a, 0);
  tunnels.push(await open());
  expect(tunnels.at(-1)?.name).toBe('b');
  await calls(b, 3);
  for (const { client } of tunnels) client.socket.destroy();
  await calls(b, 0);
});
