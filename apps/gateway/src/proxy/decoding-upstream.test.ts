/** A real nginx between gateway and API, which passes on what it decoded, as many are set up. */
import { beforeEach, expect, it } from 'vitest';
import { startNginx } from '../testing/other-proxies.ts';
import { exchange } from '../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';

let gateway: TestGateway;
let secret: string;
/** The address of each request that reached the API. */
let seen: string[];

beforeEach(async () => {
  seen = [];
  const api = await startUpstream((req, res) => {
    seen.push(req.url ?? '');
    res.end('from the API');
  });
  const { host } = new URL(api.url);
  const nginx = await startNginx(
    (port) => `upstream app { server ${host}; }
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass http://app$uri; }
      }`,
  );
  const { routes } = await testConfig(`http://${nginx.host}:${nginx.port}`);
  const [all] = routes;
  if (!all) throw new Error('no route');
  const strict = { ...all, path: '/admin', scopes: ['usage.read' as const] };
  gateway = await startTestGateway(undefined, { routes: [strict, all], forwardAuth: false });
  secret = gateway.fleet.addKey();
  // What asked whether nginx is up.
  seen.splice(0);
});

const get = (path: string) =>
  exchange(
    gateway.address,
    `GET ${path} HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${secret}\r\nConnection: close\r\n\r\n`,
  );

it.each([
  ...['/admin%3f', '/admin%3fx', '/admin%3Fa=b', '/admin%23', '/admin%23/x', '/admin/%3f'],
  ...['/%2fadmin', '/%2fadmin%3f', '/x/..%2fadmin', '/%2e/admin', '/./admin', '//admin%3f'],
  ...['/%61dmin', '/%61dmin%3f', '/%2561dmin', '/Admin', '/admin%20', '/admin%3b', '/admin;x'],
])('does not let %s reach the route with scopes, without them', async (path) => {
  const answer = await get(path);
  expect(answer).toMatch(/^HTTP\/1\.1 (?:400|403) /);
  expect(seen).toEqual([]);
});

it('lets pass what leads to no other route, as nginx decodes it', async () => {
  for (const path of ['/a%3fb', '/what%3fadmin', '/a%23', '/a%2fb', '/A%2bb']) {
    expect([path, (await get(path)).slice(0, 12)]).toEqual([path, 'HTTP/1.1 200']);
  }
  expect(seen[0]).toBe('/a?b');
});
