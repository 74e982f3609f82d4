import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { shorten } from '../testing/shorten.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';

let app: TestApp;
let owner: Client;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
});

const ID = 'key_7dQx0mJ2vK4tR9sZ1aBc';

const ADDRESSES: readonly (readonly [path: string, status: number])[] = [
  ['/v1/api-keys/%00', 404],
  [`/v1/api-keys/${ID}%00`, 404],
  ['/v1/api-keys/%zz', 400],
  ['/v1/api-keys/%', 400],
  ['/v1/api-keys/%c0%ae', 400],
  ['/%00', 404],
  ['/v1/api-keys?search=%c3%a9', 200],
  ['/v1/api-keys?search=%ff', 400],
  ['/v1/api-keys?search=%c0%ae', 400],
  ['/v1/api-keys?%zz=1', 400],
  ['/v1/%2e%2e/%2e%2e/etc/passwd', 404],
  ['/v1//api-keys', 404],
  [`/v1/api-keys/${ID}/../../whoami/x`, 404],
  [`/v1/api-keys/${'k'.repeat(101)}`, 404],
  [`/v1/api-keys/${'k'.repeat(8000)}`, 404],
  [`/v1/api-keys/${'k'.repeat(101)}/usage`, 404],
  [`/v1/gateways/${'%61'.repeat(60)}`, 404],
  [`/v1/api-keys/${'%61'.repeat(60)}`, 404],
  [`/v1/${'a/'.repeat(3000)}`, 404],
  [`/v1/api-keys/key_${'é'.repeat(20)}`, 404],
  [`/v1/api-keys/${ID}'%20or%201=1`, 404],
  ['/v1/api-keys/__proto__', 404],
  ['/v1/api-keys/constructor', 404],
  ['/docs/static/%00', 400],
  ['/docs/static/..%2f..%2fpackage.json', 404],
  ['/docs/static/%2e%2e/%2e%2e/package.json', 404],
  ['/.env', 404],
  [`/v1/api-keys?search=${'k'.repeat(9000)}`, 422],
  ['/v1/api-keys?search=%zz', 400],
  ['/v1/api-keys?search=%00', 422],
  ['/v1/api-keys?search=%ed%a0%80', 400],
  ['/v1/api-keys?__proto__=1', 422],
  ['/v1/api-keys?__proto__[x]=1', 422],
  ['/v1/api-keys?status=active&status=revoked', 422],
  ['/v1/api-keys?search=a&search=b', 422],
  ['/v1/api-keys?sort[]=name', 422],
  ['/v1/api-keys?sort=id;drop', 422],
  ['/v1/api-keys?access_token=x', 422],
  ['/v1/api-keys?organizationId=org_7dQx0mJ2vK4tR9sZ1aBc', 422],
  ['/v1/api-keys?memberId=mem_', 422],
  [`/v1/api-keys?${'a&'.repeat(4000)}`, 422],
  ['/v1/whoami?verbose=1', 422],
];

describe('an address', () => {
  it.each(ADDRESSES.map(([path, status]) => [shorten(path), status, path] as const))(
    '%s answers %i, in problem+json',
    async (_, status, path) => {
      const answer = await owner.get(path);
      expect(answer.status).toBe(status);
      if (status === 200) return;
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.problem.detail).not.toMatch(/node_modules|at .*:\d+|select |postgres/i);
    },
  );

  it('tells which methods it takes', async () => {
    const answer = await owner.raw('PUT', '/v1/api-keys', '{}', {});
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
    for (const method of ['PROPFIND', 'OPTIONS', 'DELETE', 'PATCH']) {
      const status = await statusOf(`${method} /v1/whoami HTTP/1.1\r\nhost: x\r\n\r\n`);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
  });
});

describe('headers', () => {
  it.each([
    ['over 16 KiB', `GET /v1/whoami HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['by the thousand', `GET /v1/whoami HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(3000)}\r\n`],
    [
      'with two lengths',
      'POST /v1/setup HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}',
    ],
    [
      'with length and chunks',
      'POST /v1/setup HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['with a bare line feed', 'GET /v1/whoami HTTP/1.1\r\nhost: x\r\nx: a\nb: c\r\n\r\n'],
    ['without a host', 'GET /v1/whoami HTTP/1.1\r\n\r\n'],
    ['with NUL', 'GET /v1/whoami HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \0\r\n\r\n'],
    ['of bytes', 'GET /v1/whoami HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \xff\xfe\r\n\r\n'],
    [
      'to upgrade',
      'GET /v1/whoami HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n',
    ],
    ['of a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n'],
  ])('%s are refused, and the server goes on', async (_what, head) => {
    const status = await statusOf(head);
    expect(status === 0 || (status >= 400 && status < 500)).toBe(true);
    expect((await owner.get('/v1/whoami')).status).toBe(200);
  });
});

/** Of the first answer to these bytes; 0 when the server hangs up. */
function statusOf(bytes: string): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(app.baseUrl).port), '127.0.0.1');
    socket.once('data', (data) => {
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(data.toString('latin1'))?.[1] ?? 0));
      socket.destroy();
    });
    socket.once('close', () => resolve(0)).on('error', () => undefined);
    socket.write(bytes, 'latin1');
  });
}
