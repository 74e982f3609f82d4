/** The examples of docs/ on a real Caddy and a real HAProxy; and an nginx without its safeguards. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseIpRange } from '@tollkeeper/verify';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Address, formatAddress } from '../../config/address.ts';
import type { CorsConfig } from '../../config/config.ts';
import { addPolicy } from '../../testing/add-policy.ts';
import { startCaddy, startHaproxy, startNginx } from '../../testing/other-proxies.ts';
import { connectRaw } from '../../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../../testing/test-gateway.ts';

const EXAMPLES = new URL('../../../../../docs/examples/gateway/', import.meta.url);

interface Behind {
  /** The address that the gateway listens on, and the host of the API. */
  readonly gateway: string;
  readonly api: string;
}

const example = (name: string) => readFile(new URL(name, EXAMPLES), 'utf8');

const PROXIES: Readonly<Record<string, (behind: Behind) => Promise<Address>>> = {
  async Caddy({ gateway, api }) {
    const text = await example('Caddyfile');
    return startCaddy((port) =>
      text
        .replace(':8080', `http://127.0.0.1:${port}`)
        .replace('127.0.0.1:7430', gateway)
        .replace('127.0.0.1:3000', api),
    );
  },
  async HAProxy({ gateway, api }) {
    const text = await example('haproxy.cfg');
    return startHaproxy((port) =>
      text
        .replace('haproxy.lua', fileURLToPath(new URL('haproxy.lua', EXAMPLES)))
        .replace(':8080', `127.0.0.1:${port}`)
        .replace('127.0.0.1:7430', gateway)
        .replace('127.0.0.1:3000', api),
    );
  },
  /** It announces bodies that it keeps, and passes on what its client says of the address. */
  'nginx without the safeguards of the example': ({ gateway, api }) =>
    startNginx(
      (port) => `upstream tollkeeper { server ${gateway}; keepalive 1; }
        server {
          listen 127.0.0.1:${port};
          location / { auth_request /_tollkeeper; proxy_pass http://${api}; }
          location = /_tollkeeper {
            internal;
            proxy_pass http://tollkeeper/forward-auth;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_pass_request_body off;
            proxy_set_header X-Original-URI $request_uri;
          }
        }`,
    ),
};

const ORIGIN = 'https://app.example.com';
const CORS: CorsConfig = {
  origins: [ORIGIN],
  methods: ['PUT'],
  ...{ headers: [], exposedHeaders: [], credentials: false, maxAgeMs: 0 },
};

describe.each(Object.entries(PROXIES))('%s', (name, startProxy) => {
  let gateway: TestGateway;
  let proxy: Address;
  let secret: string;
  /** Each request that reached the API, with its headers. */
  let seen: { method: string; url: string; headers: NodeJS.Dict<string | string[]> }[];

  beforeEach(async () => {
    seen = [];
    const api = await startUpstream((req, res) => {
      seen.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers });
      req.resume().on('end', () => res.end('from the API'));
    });
    const { routes } = await testConfig('http://127.0.0.1:9');
    const [all] = routes;
    if (!all) throw new Error('no route');
    const open = { ...all, upstream: null };
    const strict = { ...open, path: '/admin', scopes: ['usage.read' as const] };
    const called = { ...open, path: '/page', cors: CORS };
    gateway = await startTestGateway(undefined, {
      routes: [strict, called, open],
      forwardAuth: true,
      // This nginx sends none, so that its client could.
      methodHeader: name.startsWith('nginx') ? null : 'x-forwarded-method',
      trustedProxies: [parseIpRange('127.0.0.1')].filter((each) => each !== undefined),
    });
    const { host } = new URL(api.url);
    proxy = await startProxy({ gateway: `127.0.0.1:${gateway.address.port}`, api: host });
    secret = gateway.fleet.addKey();
    // What asked whether the proxy is up.
    gateway.fleet.counted.splice(0);
    seen.splice(0);
  });

  /** The status of the answer on a connection of its own. */
  async function ask(line: string, headers: readonly string[] = [], body = ''): Promise<number> {
    const client = await connectRaw(proxy);
    const head = [`${line} HTTP/1.1`, 'Host: 127.0.0.1', `X-Api-Key: ${secret}`, ...headers];
    client.send(`${[...head, 'Connection: close', '', ''].join('\r\n')}${body}`);
    const answer = await client.receives(/^HTTP\/1\.1 \d+/);
    client.socket.destroy();
    return Number(answer.slice(9, 12));
  }

  it('passes on what the gateway accepts, each question answered as its own', async () => {
    // Each length would eat another part of the question after it.
    for (const length of [1, 17, 60, 119, 120, 121, 180, 250, 400]) {
      const announced = [`Content-Length: ${length}`];
      expect(await ask('POST /open', announced, 'x'.repeat(length))).toBe(200);
      expect(await ask('GET /admin')).toBe(403);
      expect(await ask('GET /open/next')).toBe(200);
    }
    expect(seen.map(({ url }) => url)).toEqual(
      Array.from({ length: 9 }, () => ['/open', '/open/next']).flat(),
    );
  });

  it('lets no client name another address than the one that it asks for', async () => {
    for (const header of ['X-Forwarded-Uri', 'X-Original-URI', 'X-Original-URL']) {
      for (const value of ['/open', 'http://127.0.0.1/open', '']) {
        expect(await ask('GET /admin', [`${header}: ${value}`])).toBeGreaterThanOrEqual(400);
        const twice = [`${header}: ${value}`, `${header}: ${value}`];
        expect(await ask('GET /admin', twice)).toBeGreaterThanOrEqual(400);
      }
    }
    for (const path of ['/admin%3f', '/%61dmin', '//admin', '/Admin', '/x/..%2fadmin']) {
      expect(await ask(`GET ${path}`)).toBeGreaterThanOrEqual(400);
    }
    expect(seen).toEqual([]);
    for (const header of ['SCRIPT_NAME', 'X-Script-Name', 'X-Rewrite-URL']) {
      const status = await ask('GET /open/admin', [`${header}: /open`]);
      // nginx drops names with "_".
      if (status === 200) expect(seen.pop()?.headers).not.toHaveProperty(header.toLowerCase());
      else expect(status).toBeGreaterThanOrEqual(400);
    }
    expect(seen).toEqual([]);
  });

  // The example for nginx, which does so, has a test of its own.
  if (name.startsWith('nginx')) return;
  it('says whose key it is, and lets nobody else say it', async () => {
    const forged = ['X-Tollkeeper-Key-Id: forged', 'X_Tollkeeper_Key_Id: forged'];
    expect(await ask('GET /open', forged)).toBe(200);
    expect(seen[0]?.headers).toMatchObject({ 'x-tollkeeper-key-id': 'key_00000000000000000001' });
    expect(JSON.stringify(seen)).not.toMatch(/forged|tk_live_/);
    expect(await ask('GET /open', ['Connection: X-Tollkeeper-Key-Id'])).toBe(400);
    secret = 'tk_live_none';
    expect(await ask('GET /open')).toBe(401);
    expect(seen).toHaveLength(1);
  });

  it('lets no client hide the method that the API may take', async () => {
    const text = 'forbid (principal, action == Action::"DELETE", resource);';
    addPolicy(gateway.fleet, `permit (principal, action, resource); ${text}`);
    for (const method of ['PATCH', 'DELETE']) {
      const status = method === 'DELETE' ? 403 : 200;
      for (const header of ['X-HTTP-Method-Override', 'X-Http-Method', 'X_METHOD_OVERRIDE']) {
        expect(await ask('POST /open', [`${header}: ${method}`, 'Content-Length: 0'])).toBe(status);
      }
    }
    expect(seen).toHaveLength(3);
  });

  it('passes on why a call has to wait, and how long', async () => {
    addPolicy(gateway.fleet, '@limit("1/day") permit (principal, action, resource);');
    const url = `http://${formatAddress(proxy)}/open`;
    const headers = { 'x-api-key': secret };
    expect((await fetch(url, { headers })).status).toBe(200);
    const refused = await fetch(url, { headers });
    expect([refused.status, (await refused.json()).code]).toEqual([429, 'rate_limited']);
    expect(refused.headers.get('retry-after')).toBe('86400');
    expect(refused.headers.get('ratelimit')).toBe('"1/day per key";r=0;t=86400');
    expect(seen).toHaveLength(1);
  });

  it('passes preflights without a key, and lets a page read why it was refused', async () => {
    const url = `http://${formatAddress(proxy)}/page`;
    const preflight = { origin: ORIGIN, 'access-control-request-method': 'PUT' };
    expect((await fetch(url, { method: 'OPTIONS', headers: preflight })).status).toBe(200);
    expect(seen).toMatchObject([{ method: 'OPTIONS', url: '/page' }]);
    for (const [method, headers] of [
      ['PUT', { origin: ORIGIN, 'access-control-request-method': 'PUT' }],
      ['OPTIONS', { origin: ORIGIN }],
      ['GET', { ...preflight, 'x-forwarded-method': 'OPTIONS' }],
    ] as const) {
      const refused = await fetch(url, { method, headers });
      const { code } = await refused.json();
      const readers = refused.headers.get('access-control-allow-origin');
      expect([refused.status, code, readers]).toEqual([401, 'unauthenticated', ORIGIN]);
    }
    expect(seen).toHaveLength(1);
    expect(gateway.fleet.counted).toEqual([]);
  });
});
