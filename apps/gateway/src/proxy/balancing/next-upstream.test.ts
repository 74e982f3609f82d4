import { beforeEach, expect, it } from 'vitest';
import type { BalancingConfig, Timeouts } from '../../config/config.ts';
import {
  type ClosingUpstream,
  startClosingUpstream,
  type Try,
} from '../../testing/closing-upstream.ts';
import { exchange } from '../../testing/raw-client.ts';
import { startTestGateway, type TestGateway, testConfig } from '../../testing/test-gateway.ts';

const GOOD = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood';

/** What each upstream does with a request, in the order in which they are asked. */
let deeds: ((each: Try) => void)[];
let upstreams: ClosingUpstream[];

beforeEach(async () => {
  deeds = [];
  const take = (each: Try) => {
    const deed = deeds.shift();
    if (deed) deed(each);
    else each.socket.write(GOOD);
  };
  upstreams = await Promise.all([startClosingUpstream(take), startClosingUpstream(take)]);
});

const closes = ({ socket }: Try) => void socket.destroy();
const answers = (text: string) => (each: Try) => void each.socket.end(text);

async function startSeveral(
  ejection: Partial<BalancingConfig['ejection']> = {},
  changed: Partial<Timeouts> = {},
) {
  const { routes } = await testConfig('http://127.0.0.1:1');
  const balancing: BalancingConfig = {
    upstreams: upstreams.map(({ url }) => ({ url, weight: 1 })),
    method: 'round_robin',
    ejection: { failuresMax: 0, durationMs: 3_600_000, on5xx: false, ...ejection },
    healthCheck: null,
  };
  return startTestGateway(undefined, {
    routes: routes.map((route) => ({
      ...{ ...route, balancing },
      timeouts: { ...route.timeouts, ...changed },
    })),
    forwardAuth: false,
  });
}

function ask(gateway: TestGateway, method: string, body?: string): Promise<string> {
  const length = body === undefined ? [] : [`Content-Length: ${body.length}`];
  return exchange(gateway.address, headOf(gateway, method, ...length) + (body ?? ''));
}

function askForUpgrade(gateway: TestGateway, method = 'GET'): Promise<string> {
  const head = headOf(gateway, method, 'Connection: Upgrade', 'Upgrade: websocket');
  return exchange(gateway.address, head);
}

function headOf({ fleet }: TestGateway, method: string, ...lines: string[]): string {
  const key = `X-Api-Key: ${fleet.addKey()}`;
  return [`${method} / HTTP/1.1`, 'Host: a', key, ...lines, '', ''].join('\r\n');
}

const tries = () => upstreams.map((each) => each.tries.length);

it.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])(
  'sends a %s to the next one',
  async (method) => {
    const gateway = await startSeveral();
    deeds = [closes];
    expect(await ask(gateway, method)).toMatch(/^HTTP\/1\.1 200 /);
    expect(tries()).toEqual([1, 1]);
    expect(gateway.fleet.counted).toHaveLength(1);
  },
);

it('sends it to the next one where the first takes too long', async () => {
  deeds = [() => undefined];
  const gateway = await startSeveral({}, { responseMs: 100 });
  expect(await ask(gateway, 'GET')).toMatch(/good$/);
  expect(tries()).toEqual([1, 1]);
});

it('sends it to each upstream once at most', async () => {
  const gateway = await startSeveral();
  deeds = [closes, closes, closes];
  expect(await ask(gateway, 'GET')).toMatch(/^HTTP\/1\.1 502 .*"upstream_failed"/s);
  expect(tries()).toEqual([1, 1]);
});

it.each([
  ['POST', undefined],
  ['PATCH', undefined],
  ['PUT', 'body'],
  ['DELETE', 'body'],
])('sends a %s with the body %j to one alone', async (method, body) => {
  const gateway = await startSeveral();
  deeds = [closes];
  expect(await ask(gateway, method, body)).toMatch(/^HTTP\/1\.1 502 /);
  expect(tries().toSorted()).toEqual([0, 1]);
});

it.each([
  ['an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart'],
  ['a head that is not whole', 'HTTP/1.1 200 OK\r\nContent-'],
  ['an early hint', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
  ['an error', 'HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n'],
])('sends nothing to the next one once %s has come', async (_, text) => {
  const gateway = await startSeveral();
  for (const askOne of [ask, askForUpgrade]) {
    deeds = [answers(text)];
    const before = tries().reduce((sum, each) => sum + each);
    await askOne(gateway, 'GET');
    expect(tries().reduce((sum, each) => sum + each)).toBe(before + 1);
  }
});

it('sends an upgrade to the next one, unless its method may not be repeated', async () => {
  const gateway = await startSeveral();
  deeds = [closes];
  expect(await askForUpgrade(gateway)).toMatch(/^HTTP\/1\.1 200 /);
  expect(tries()).toEqual([1, 1]);
  deeds = [closes];
  expect(await askForUpgrade(gateway, 'POST')).toMatch(/^HTTP\/1\.1 502 /);
  expect(tries().toSorted()).toEqual([1, 2]);
});

it('ejects one that answers with errors where that is asked for, and tries it where all do', async () => {
  const gateway = await startSeveral({ failuresMax: 1, on5xx: true });
  const failing = answers('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n');
  deeds = [failing];
  expect(await ask(gateway, 'POST')).toMatch(/^HTTP\/1\.1 500 /);
  for (let i = 0; i < 4; i++) expect(await ask(gateway, 'POST')).toMatch(/^HTTP\/1\.1 200 /);
  expect(tries().toSorted()).toEqual([1, 4]);
  deeds = [failing];
  expect(await ask(gateway, 'POST')).toMatch(/^HTTP\/1\.1 500 /);
  // Nobody is left: that of which the ejection ends first is better than none.
  expect(await ask(gateway, 'POST')).toMatch(/^HTTP\/1\.1 200 /);
});

it('holds nothing against an upstream that closes a kept connection', async () => {
  const gateway = await startSeveral({ failuresMax: 1 });
  for (let i = 0; i < 4; i++) expect(await ask(gateway, 'GET')).toMatch(/good$/);
  deeds = [closes, closes];
  expect(await ask(gateway, 'GET')).toMatch(/good$/);
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  for (const { url } of upstreams) expect(metrics).toContain(`_up{upstream="${url}"} 1`);
});

it.each([
  ['nothing against an upstream that closes the connection before the body is whole', 9, '1'],
  ['a failure against one that closes it after the whole body', 4, '0'],
])('holds %s', async (_, length, state) => {
  const gateway = await startSeveral({ failuresMax: 1 });
  deeds = [
    ({ socket, text }) => {
      if (text.endsWith('body')) socket.destroy();
      else socket.once('data', () => socket.destroy());
    },
  ];
  const head = headOf(gateway, 'POST', `Content-Length: ${length}`);
  expect(await exchange(gateway.address, `${head}body`)).toMatch(/^HTTP\/1\.1 502 /);
  const asked = upstreams.find((each) => each.tries.length > 0);
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  expect(metrics).toContain(`_up{upstream="${asked?.url}"} ${state}`);
});

it('holds nothing against upstreams that close the connection of an upgrade', async () => {
  const gateway = await startSeveral({ failuresMax: 1 });
  deeds = [closes, closes];
  expect(await askForUpgrade(gateway)).toMatch(/^HTTP\/1\.1 502 /);
  expect(tries()).toEqual([1, 1]);
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  for (const { url } of upstreams) expect(metrics).toContain(`_up{upstream="${url}"} 1`);
});
