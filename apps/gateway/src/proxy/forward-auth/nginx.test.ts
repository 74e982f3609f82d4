/** The example of docs/, run by the nginx that NGINX_PATH names, else Debian's. */
import { readFile } from 'node:fs/promises';
import { parseIpRange } from '@tollkeeper/verify';
import { beforeEach, describe, expect, it } from 'vitest';
import { addPolicy } from '../../testing/add-policy.ts';
import { startNginx } from '../../testing/other-proxies.ts';
import { startTestGateway, startUpstream, type TestGateway } from '../../testing/test-gateway.ts';

const EXAMPLE = new URL('../../../../../docs/examples/gateway/nginx.conf', import.meta.url);

const LIMIT = '@limit("2/day") permit (principal, action, resource);';

let gateway: TestGateway;
let url: string;
/** The headers of each request that reached the API behind nginx. */
let seen: NodeJS.Dict<string | string[]>[];

beforeEach(async () => {
  seen = [];
  const api = await startUpstream((req, res) => {
    seen.push(req.headers);
    res.end('from the API');
  });
  const trustedProxies = [parseIpRange('127.0.0.1')].filter((each) => each !== undefined);
  gateway = await startTestGateway(undefined, { trustedProxies });
  url = await startExample(api.url);
});

it('lets a good key through, and says whose it is', async () => {
  const secret = gateway.fleet.addKey();
  const answer = await fetch(`${url}/some/path?a=b`, {
    method: 'POST',
    body: 'hello',
    headers: {
      authorization: `Bearer ${secret}`,
      'x-tollkeeper-key-id': 'forged',
      'x-tollkeeper-workspace-id': 'forged',
      x_tollkeeper_key_id: 'forged',
    },
  });
  expect([answer.status, await answer.text()]).toEqual([200, 'from the API']);
  expect(seen[0]).toMatchObject({
    'x-tollkeeper-key-id': 'key_00000000000000000001',
    'x-tollkeeper-key-name': 'ci-pipeline',
    'x-tollkeeper-organization-id': 'org_1',
    'x-tollkeeper-member-id': 'mem_00000000000000000001',
    'x-tollkeeper-scopes': 'apis.call policies.read',
  });
  expect(JSON.stringify(seen)).not.toMatch(/forged|authorization/);
  expect(JSON.stringify(seen)).not.toContain(secret);
  expect(gateway.fleet.counted).toMatchObject([{ accepted: true, settled: true }]);
});

describe('lets nothing else through', () => {
  it('without a key, or with a bad one', async () => {
    const anonymous = await fetch(url);
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers.get('www-authenticate')).toBe('Bearer realm="tollkeeper"');
    for (const status of ['revoked', 'disabled'] as const) {
      const headers = { 'x-api-key': gateway.fleet.addKey({ status }) };
      expect((await fetch(url, { headers })).status).toBe(401);
    }
    expect(seen).toEqual([]);
  });

  it('from an address that the key is not for', async () => {
    const headers = {
      'x-api-key': gateway.fleet.addKey({ allowedIps: ['198.51.100.0/24'] }),
      'x-forwarded-for': '198.51.100.7',
    };
    expect((await fetch(url, { headers })).status).toBe(403);
    expect(seen).toEqual([]);
  });

  it('beyond a rate limit, and says when to try again', async () => {
    addPolicy(gateway.fleet, LIMIT);
    const headers = { 'x-api-key': gateway.fleet.addKey() };
    const answers = [];
    for (let call = 1; call <= 3; call += 1) answers.push(await fetch(url, { headers }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    const refused = answers[2]?.headers;
    expect(refused?.get('retry-after')).toBe('43200');
    expect(refused?.get('ratelimit')).toBe('"2/day per key";r=0;t=43200');
    expect(refused?.get('ratelimit-policy')).toBe('"2/day per key";q=2;w=86400');
    expect(seen).toHaveLength(2);
  });

  it('with two keys', async () => {
    const [first, second] = [gateway.fleet.addKey(), gateway.fleet.addKey()];
    const headers = { 'x-api-key': first, authorization: `Bearer ${second}` };
    expect((await fetch(url, { headers })).status).toBe(400);
    expect(seen).toEqual([]);
  });

  it('while the gateway does not know the keys, or is not there', async () => {
    const headers = { 'x-api-key': gateway.fleet.addKey() };
    gateway.fleet.noKeys = 'snapshot_stale';
    expect((await fetch(url, { headers })).status).toBe(503);
    await gateway.close();
    expect((await fetch(url, { headers })).status).toBe(503);
    expect(seen).toEqual([]);
  });
});

/** The example with the ports of this test. */
async function startExample(apiUrl: string): Promise<string> {
  const example = await readFile(EXAMPLE, 'utf8');
  const { host, port } = await startNginx((own) =>
    example
      .replace('listen 8080;', `listen 127.0.0.1:${own};`)
      .replace('server 127.0.0.1:7430;', `server 127.0.0.1:${gateway.address.port};`)
      .replace('proxy_pass http://127.0.0.1:3000;', `proxy_pass ${apiUrl};`),
  );
  return `http://${host}:${port}`;
}
