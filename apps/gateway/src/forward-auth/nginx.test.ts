/** The example of docs/, run by the nginx that NGINX_PATH names, else Debian's. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseIpRange } from '@tollkeeper/verify';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  closeLater,
  startTestGateway,
  startUpstream,
  type TestGateway,
} from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

const NGINX = process.env.NGINX_PATH ?? '/usr/sbin/nginx';
const EXAMPLE = new URL('../../../../docs/examples/gateway/nginx.conf', import.meta.url);

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
  url = await startNginx(api.url);
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
    'x-tollkeeper-scopes': 'policies.read',
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

  it('while the gateway does not know the keys, or is not there', async () => {
    const headers = { 'x-api-key': gateway.fleet.addKey() };
    gateway.fleet.noKeys = 'snapshot_stale';
    expect((await fetch(url, { headers })).status).toBe(500);
    await gateway.close();
    expect((await fetch(url, { headers })).status).toBe(500);
    expect(seen).toEqual([]);
  });
});

/** The example with the ports of this test. */
async function startNginx(apiUrl: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tollkeeper-nginx-'));
  const port = await freePort();
  const example = (await readFile(EXAMPLE, 'utf8'))
    .replace('listen 8080;', `listen 127.0.0.1:${port};`)
    .replace('server 127.0.0.1:7430;', `server 127.0.0.1:${gateway.address.port};`)
    .replace('proxy_pass http://127.0.0.1:3000;', `proxy_pass ${apiUrl};`);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const lines = [
    ...['daemon off;', 'master_process off;', `pid ${folder}/pid;`, 'error_log stderr crit;'],
    ...['events {}', 'http {', 'access_log off;'],
    ...places.map((each) => `${each}_temp_path ${folder}/${each};`),
    ...[example, '}'],
  ];
  await writeFile(join(folder, 'nginx.conf'), lines.join('\n'));
  const args = ['-e', 'stderr', '-p', folder, '-c', 'nginx.conf'];
  const child = spawn(NGINX, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = endOf(child);
  closeLater(async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true });
  });
  const address = `http://127.0.0.1:${port}`;
  const failed = ended.then((reason) => {
    throw new Error(`"${NGINX}" ended: ${reason}. Install nginx, or name one in NGINX_PATH.`);
  });
  const isUp = async () => (await fetch(address).catch(() => undefined)) !== undefined;
  await Promise.race([until('nginx answers', isUp), failed]);
  failed.catch(() => undefined);
  return address;
}

function endOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    child.once('error', resolve).once('exit', (code, signal) => resolve(code ?? signal));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
