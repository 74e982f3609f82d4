import { parseIpRange, scopeSet } from '@tollkeeper/verify';
import { beforeEach, describe, expect, it } from 'vitest';
import { exchange } from '../testing/raw-client.ts';
import { WORKSPACE_ID } from '../testing/test-fleet.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';

/** The headers of each request that reached the upstream, as `name: value`. */
let seen: string[][];
let upstreamUrl: string;

beforeEach(async () => {
  seen = [];
  const upstream = await startUpstream((req, res) => {
    const lines: string[] = [];
    for (let i = 0; i < req.rawHeaders.length; i += 2) {
      lines.push(`${req.rawHeaders[i]}: ${req.rawHeaders[i + 1]}`);
    }
    seen.push(lines);
    res.end();
  });
  upstreamUrl = upstream.url;
});

async function pass(gateway: TestGateway, ...headers: string[]): Promise<string[]> {
  const bytes = ['GET / HTTP/1.1', 'Host: gateway', ...headers, '', ''].join('\r\n');
  expect(await exchange(gateway.address, bytes)).toMatch(/^HTTP\/1\.1 200 /);
  return seen.at(-1) ?? [];
}

/** Names, as a lenient reader has them, with their values. */
function named(lines: readonly string[], name: string): string[] {
  const lenient = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '-');
  return lines
    .map((line) => line.split(': ', 2))
    .filter(([each = '']) => lenient(each) === name)
    .map(([, value = '']) => value);
}

it.each([
  'X-Tollkeeper-Key-Id',
  'x-tollkeeper-key-id',
  'X-TOLLKEEPER-KEY-ID',
  'X_Tollkeeper_Key_Id',
  'x-tollkeeper_key-id',
  'X-Tollkeeper.Key-Id',
  'x~tollkeeper!key^id',
])('lets nobody say whose call it is by %s', async (name) => {
  const gateway = await startTestGateway(upstreamUrl);
  const secret = gateway.fleet.addKey();
  const lines = await pass(
    gateway,
    `${name}: forged`,
    `X-Api-Key: ${secret}`,
    `${name}: forged again`,
    `Connection: close, ${name}`,
  );
  expect(named(lines, 'x-tollkeeper-key-id')).toEqual(['key_00000000000000000001']);
});

it('strips headers of its own that it does not set', async () => {
  const gateway = await startTestGateway(upstreamUrl);
  const secret = gateway.fleet.addKey();
  const lines = await pass(
    gateway,
    `X-Api-Key: ${secret}`,
    `X-Tollkeeper-Workspace-Id: ${WORKSPACE_ID}`,
    'X-Tollkeeper: x',
    'X-Tollkeeper-Anything: x',
  );
  const own = lines.filter((line) => /tollkeeper/i.test(line)).map((line) => line.split(':')[0]);
  expect(own).toEqual([
    'X-Tollkeeper-Key-Id',
    'X-Tollkeeper-Key-Name',
    'X-Tollkeeper-Organization-Id',
    'X-Tollkeeper-Member-Id',
    'X-Tollkeeper-Scopes',
  ]);
});

it('tells the name, the workspace and what the key may do now', async () => {
  const gateway = await startTestGateway(upstreamUrl);
  const secret = gateway.fleet.addKey({
    name: 'Schlüssel 100% 🔑',
    workspaceId: WORKSPACE_ID,
    // The owner holds no members.invite.
    scopes: scopeSet(['usage.read', 'apis.call', 'policies.read', 'members.invite']),
  });
  const lines = await pass(gateway, `X-Api-Key: ${secret}`);
  const [name = ''] = named(lines, 'x-tollkeeper-key-name');
  expect(name).toMatch(/^[\x21-\x7e]+$/);
  expect(decodeURIComponent(name)).toBe('Schlüssel 100% 🔑');
  expect(named(lines, 'x-tollkeeper-workspace-id')).toEqual([WORKSPACE_ID]);
  expect(named(lines, 'x-tollkeeper-scopes')).toEqual(['apis.call policies.read usage.read']);
});

describe('the key never reaches the upstream', () => {
  it.each([
    ['Authorization: Bearer KEY'],
    ['authorization: bearer   KEY'],
    ['X-Api-Key: KEY'],
    ['Authorization: Bearer KEY', 'x-api-key: KEY'],
    ['x-api-key: KEY', 'X_Api_Key: KEY', 'Cookie: a=KEY', 'X-Other: Bearer KEY'],
    ['x-api-key: KEY', 'Proxy-Authorization: Bearer KEY'],
  ])('%s %s', async (...headers) => {
    const gateway = await startTestGateway(upstreamUrl);
    const secret = gateway.fleet.addKey();
    const lines = await pass(gateway, ...headers.map((each) => each.replace('KEY', secret)));
    expect(lines.join('\n')).not.toContain(secret);
    expect(named(lines, 'authorization')).toEqual([]);
    expect(named(lines, 'x-api-key')).toEqual([]);
  });

  it.each([
    ['in base64', 'Authorization', (key: string) => `Basic ${btoa(`user:${key}`)}`],
    ['escaped', 'Referer', (key: string) => `http://a/?key=${key.replaceAll('_', '%5f')}`],
  ])('%s', async (_, name, write) => {
    const gateway = await startTestGateway(upstreamUrl);
    const secret = gateway.fleet.addKey();
    const lines = await pass(gateway, `X-Api-Key: ${secret}`, `${name}: ${write(secret)}`);
    expect(named(lines, name.toLowerCase())).toEqual([]);
  });

  it('nor does another one, and other credentials do', async () => {
    const gateway = await startTestGateway(upstreamUrl);
    const other = gateway.fleet.addKey();
    const key = `X-Api-Key: ${gateway.fleet.addKey()}`;
    const lines = await pass(gateway, key, `Authorization: Token ${other}`, `X-Other: ${other}`);
    expect(lines.join('\n')).not.toContain(other);
    const basic = `Basic ${btoa('somebody:with a password that is as long as a key')}`;
    const kept = await pass(gateway, key, `Authorization: ${basic}`);
    expect(named(kept, 'authorization')).toEqual([basic]);
  });
});

it.each([
  ['authorization', 'Bearer eyJ.a.b', 'x-api-key: KEY'],
  ['authorization', 'Basic dTpw', 'x-api-key: KEY'],
  ['x-api-key', 'sk-of-another', 'Authorization: Bearer KEY'],
])('passes the other header on as it is: %s: %s', async (name, value, line) => {
  const gateway = await startTestGateway(upstreamUrl);
  const key = line.replace('KEY', gateway.fleet.addKey());
  const lines = await pass(gateway, key, `${name}: ${value}`);
  expect(named(lines, name)).toEqual([value]);
  expect(lines.join('\n')).not.toMatch(/tk_live_/);
  expect(gateway.fleet.counted).toMatchObject([{ accepted: true }]);
});

it('drops what was for this connection alone', async () => {
  const gateway = await startTestGateway(upstreamUrl);
  const secret = gateway.fleet.addKey();
  const lines = await pass(
    gateway,
    `X-Api-Key: ${secret}`,
    'Connection: keep-alive, X-Secret-Hop',
    'X-Secret-Hop: 1',
    'Keep-Alive: timeout=5',
    'Proxy-Connection: keep-alive',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
    'TE: trailers, gzip',
    'Transfer_Encoding: chunked',
    'Content_Length: 5',
    'X-Kept: 1',
  );
  expect(lines.filter((line) => !/^(x-tollkeeper|x-forwarded|forwarded|host)/i.test(line))).toEqual(
    ['connection: keep-alive', 'X-Kept: 1', 'TE: trailers'],
  );
});

describe('where the request comes from', () => {
  const CLAIMS = [
    'X-Forwarded-For: 198.51.100.7',
    'X-Forwarded-Host: public.example',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Prefix: /x',
    'Forwarded: for=198.51.100.7',
    'X_Forwarded_For: 203.0.113.9',
    'X-Real-IP: 198.51.100.7',
    'X-Client-IP: 198.51.100.7',
    'True-Client-IP: 198.51.100.7',
    'X-Original-URL: /admin',
    'X-Original-URI: /admin',
    'X-Original-Method: DELETE',
    'X-Rewrite-URL: /admin',
    'SCRIPT_NAME: /open',
  ];
  const claimsIn = (lines: readonly string[]) =>
    lines.filter((line) => /forwarded|real|original|client|rewrite|script/i.test(line));

  it.each([[[]], [['192.0.2.0/24']]])('is set anew where %j is trusted', async (trusted) => {
    const trustedProxies = trusted.map(parseIpRange).filter((range) => range !== undefined);
    const gateway = await startTestGateway(upstreamUrl, { trustedProxies });
    const lines = await pass(gateway, `X-Api-Key: ${gateway.fleet.addKey()}`, ...CLAIMS);
    expect(claimsIn(lines)).toEqual([
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Host: gateway',
      'X-Forwarded-Proto: http',
      'Forwarded: for=127.0.0.1;host="gateway";proto=http',
    ]);
  });

  it('is continued for a trusted proxy', async () => {
    const trustedProxies = [parseIpRange('127.0.0.0/8')].filter((range) => range !== undefined);
    const gateway = await startTestGateway(upstreamUrl, { trustedProxies });
    const secret = gateway.fleet.addKey({ allowedIps: ['198.51.100.0/24'] });
    const lines = await pass(gateway, `X-Api-Key: ${secret}`, ...CLAIMS);
    expect(claimsIn(lines)).toEqual([
      'X-Real-IP: 198.51.100.7',
      'X-Client-IP: 198.51.100.7',
      'True-Client-IP: 198.51.100.7',
      'X-Original-URL: /admin',
      'X-Original-URI: /admin',
      'X-Original-Method: DELETE',
      'X-Rewrite-URL: /admin',
      'X-Forwarded-For: 198.51.100.7, 127.0.0.1',
      'X-Forwarded-Host: public.example',
      'X-Forwarded-Proto: https',
      'Forwarded: for=198.51.100.7, for=127.0.0.1',
      'X-Forwarded-Prefix: /x',
    ]);
  });

  it.each([
    ['for=198.51.100.7', 200],
    ['for=203.0.113.9', 403],
    ['for=198.51.100.7, for=203.0.113.9', 403],
    // A client may write what no reader understands: then it is nowhere, not at the proxy.
    ['for="198.51.100.7', 403],
  ])('is read from Forwarded where a trusted proxy sends only %s', async (forwarded, status) => {
    const trustedProxies = [parseIpRange('127.0.0.0/8')].filter((range) => range !== undefined);
    const gateway = await startTestGateway(upstreamUrl, { trustedProxies });
    const allowedIps = ['198.51.100.0/24', '127.0.0.0/8'];
    const secret = gateway.fleet.addKey({ allowedIps });
    const ask = (...lines: string[]) =>
      exchange(
        gateway.address,
        ['GET / HTTP/1.1', 'Host: a', `X-Api-Key: ${secret}`, ...lines, '', ''].join('\r\n'),
      );
    expect(await ask(`Forwarded: ${forwarded}`)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const other = status === 200 ? '203.0.113.9' : '198.51.100.7';
    const both = await ask(`Forwarded: ${forwarded}`, `X-Forwarded-For: ${other}`);
    expect(both).toMatch(status === 200 ? /^HTTP\/1.1 403 / : /^HTTP\/1.1 200 /);
  });
});

it("sets the route's own headers in place of the client's, in every spelling", async () => {
  const config = await testConfig(upstreamUrl);
  const routes = config.routes.map((route) => ({
    ...route,
    headers: ['Authorization', 'Bearer upstream-key', 'X-Team', 'a'],
  }));
  const gateway = await startTestGateway(upstreamUrl, { routes });
  const lines = await pass(
    gateway,
    `X-Api-Key: ${gateway.fleet.addKey()}`,
    'Authorization: Basic dTpw',
    'X_Team: forged',
    'x-team: forged',
  );
  expect(named(lines, 'authorization')).toEqual(['Bearer upstream-key']);
  expect(named(lines, 'x-team')).toEqual(['a']);
});
