import { beforeEach, describe, expect, it } from 'vitest';
import { exchange } from '../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
/** How a key is written in each place. */
const PLACES: Readonly<Record<string, (key: string) => string>> = {
  bearer: (key) => `Authorization: Bearer ${key}`,
  'x-api-key': (key) => `X-Api-Key: ${key}`,
  'api-key': (key) => `api-key: ${key}`,
  'x-goog-api-key': (key) => `X-Goog-Api-Key: ${key}`,
  'x-anything': (key) => `X-Anything: ${key}`,
  basic: (key) => `Authorization: Basic ${base64(`user:${key}`)}`,
  'websocket-protocol': (key) => `Sec-WebSocket-Protocol: a, openai-insecure-api-key.${key}, b`,
};
const NAMES = Object.keys(PLACES);

/** The headers of each request that reached the upstream, as `name: value`. */
let seen: string[][];
let upstreamUrl: string;

beforeEach(async () => {
  seen = [];
  const { url } = await startUpstream((req, res) => {
    const { rawHeaders } = req;
    seen.push(
      rawHeaders.flatMap((name, at) =>
        at % 2 ? [] : `${name.toLowerCase()}: ${rawHeaders[at + 1]}`,
      ),
    );
    res.end();
  });
  upstreamUrl = url;
});

/** One with a route for each place, `/<place>`, that sets a credential of the upstream. */
async function startRoutes(): Promise<TestGateway> {
  const { routes } = await testConfig(upstreamUrl);
  const [all] = routes;
  if (!all) throw new Error('no route');
  const each = NAMES.map((name) => ({ ...all, path: `/${name}`, credentials: [name] }));
  const own = { ...all, path: '/own', credentials: NAMES, headers: ['api-key', 'of the upstream'] };
  const change = { routes: [...each, own], forwardAuth: true };
  return startTestGateway(upstreamUrl, change);
}

function ask({ address }: TestGateway, path: string, ...lines: string[]): Promise<string> {
  return exchange(address, [`GET ${path} HTTP/1.1`, 'Host: a', ...lines, '', ''].join('\r\n'));
}

function write(place: string, key: string): string {
  return PLACES[place]?.(key) ?? '';
}

it.each(NAMES)('a key is taken as %s, and nothing but the key is removed', async (place) => {
  const gateway = await startRoutes();
  const key = gateway.fleet.addKey();
  const others = NAMES.filter(
    (each) => write(each, '').split(':')[0] !== write(place, '').split(':')[0],
  )
    .filter((each) => each !== 'websocket-protocol')
    .map((each) => write(each, 'of another product'));
  const answer = await ask(gateway, `/${place}`, write(place, key), ...others);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  const text = seen[0]?.join('\n') ?? '';
  expect(text).not.toContain(key);
  expect(text).not.toContain(base64(`user:${key}`));
  for (const each of others) expect(text.toLowerCase()).toContain(each.toLowerCase());
  if (place === 'websocket-protocol') expect(seen[0]).toContain('sec-websocket-protocol: a, b');
  expect(gateway.fleet.counted).toMatchObject([{ accepted: true }]);
});

describe.each(NAMES)('a route that takes keys as %s alone', (place) => {
  it.each(NAMES.filter((each) => each !== place))('takes none as %s', async (other) => {
    const gateway = await startRoutes();
    const key = gateway.fleet.addKey();
    const answer = await ask(gateway, `/${place}`, write(other, key));
    expect(answer).toMatch(/^HTTP\/1\.1 401 .*"code":"unauthenticated"/s);
    expect([seen, gateway.fleet.counted]).toEqual([[], []]);
  });

  it('removes a key from every other place', async () => {
    const gateway = await startRoutes();
    const key = gateway.fleet.addKey();
    const answer = await ask(gateway, `/${place}`, ...NAMES.map((each) => write(each, key)));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    const text = seen[0]?.join('\n') ?? '';
    expect(text).not.toContain(key);
    expect(text).not.toContain(base64(`user:${key}`));
  });

  it.each(NAMES)('refuses another key beside it as %s', async (other) => {
    const gateway = await startRoutes();
    const [key, second] = [gateway.fleet.addKey(), gateway.fleet.addKey()];
    const answer = await ask(gateway, `/${place}`, write(place, key), write(other, second));
    // Of headers by which nobody else goes, the key is only removed.
    const isOthers = /^(?:api-key|x-goog-api-key|x-anything)$/.test(other) && other !== place;
    expect(answer).toMatch(
      isOthers ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 400 .*"malformed_request"/s,
    );
    expect(seen.flat().join()).not.toContain(second);
  });

  it('decides the same for other proxies', async () => {
    const gateway = await startRoutes();
    const key = gateway.fleet.addKey();
    for (const [path, line] of [
      ['/forward-auth', `X-Forwarded-Uri: /${place}`],
      [`/ext-authz/${place}`, 'X-Any: 1'],
    ] as const) {
      expect(await ask(gateway, path, line, write(place, key))).toMatch(/^HTTP\/1\.1 200 /);
      const other = place === 'api-key' ? 'x-api-key' : 'api-key';
      const refused = await ask(gateway, path, line, write(other, key));
      expect(refused).toMatch(/^HTTP\/1\.1 401 .*"code":"unauthenticated"/s);
    }
  });
});

it('the credential that the route sets takes the place of the key', async () => {
  const gateway = await startRoutes();
  for (const place of NAMES) await ask(gateway, '/own', write(place, gateway.fleet.addKey()));
  expect(seen).toHaveLength(NAMES.length);
  for (const lines of seen) {
    expect(lines.filter((line) => line.startsWith('api-key:'))).toEqual([
      'api-key: of the upstream',
    ]);
  }
});

it('asks for a password where one is taken, and names the places of a key', async () => {
  const gateway = await startRoutes();
  const basic = await ask(gateway, '/basic');
  expect(basic.match(/^www-authenticate: .*$/gim)).toEqual([
    'WWW-Authenticate: Basic realm="tollkeeper", charset="UTF-8"',
  ]);
  const all = await ask(gateway, '/own');
  expect(all.match(/^www-authenticate: \w+/gim)).toEqual([
    'WWW-Authenticate: Bearer',
    'WWW-Authenticate: Basic',
  ]);
  expect(await ask(gateway, '/api-key')).toContain('Send an API key as \\"api-key\\".');
});

it.each([
  ['at the user', (key: string) => `Basic ${base64(`${key}:x`)}`],
  ['without a colon', (key: string) => `Basic ${base64(key)}`],
  ['in a list', (key: string) => `Digest a="b", Basic ${base64(`a:${key}`)}`],
  ['after a tab', (key: string) => `basic\t${base64(`a:${key}`)}`],
])('reads and removes Basic credentials %s', async (_, authorization) => {
  const gateway = await startRoutes();
  const line = `Authorization: ${authorization(gateway.fleet.addKey())}`;
  expect(await ask(gateway, '/basic', line)).toMatch(/^HTTP\/1\.1 200 /);
  // Where it is not taken, it does not pass either.
  const key = write('x-api-key', gateway.fleet.addKey());
  expect(await ask(gateway, '/x-api-key', line, key)).toMatch(/^HTTP\/1\.1 400 /);
  expect(seen.flat().filter((each) => each.startsWith('authorization:'))).toEqual([]);
});

it.each([
  ['Host', (key: string) => `Host: ${key}`],
  ['Upgrade', (key: string) => `Host: a\r\nConnection: Upgrade\r\nUpgrade: ${key}`],
  ['Trailer', (key: string) => `Host: a\r\nTrailer: X-A, ${key}`],
  ['X-Forwarded-For', (key: string) => `Host: a\r\nX-Forwarded-For: 192.0.2.1, ${key}`],
  ['X-Forwarded-Host', (key: string) => `Host: a\r\nX-Forwarded-Host: ${key}`],
  ['X-Forwarded-Proto', (key: string) => `Host: a\r\nX-Forwarded-Proto: ${key}`],
  ['X-Forwarded-Prefix', (key: string) => `Host: a\r\nX-Forwarded-Prefix: /${key}`],
  ['Forwarded', (key: string) => `Host: a\r\nForwarded: for=192.0.2.1;host=${key}`],
])('refuses a key in %s, since its text would reach the upstream', async (_, write) => {
  const gateway = await startTestGateway(upstreamUrl);
  const [used, other] = [gateway.fleet.addKey(), gateway.fleet.addKey()];
  const head = `GET / HTTP/1.1\r\nX-Api-Key: ${used}\r\n${write(other)}\r\n\r\n`;
  expect(await exchange(gateway.address, head)).toMatch(
    /^HTTP\/1\.1 400 .*"code":"malformed_request","detail":"An API key stood in/s,
  );
  expect(seen).toEqual([]);
});
