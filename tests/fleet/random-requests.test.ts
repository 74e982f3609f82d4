/** Both servers are processes of their own, so that an error that nobody catches ends them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { atFileEnd } from '../../apps/control-plane/src/testing/at-file-end.ts';
import { makeJoinKey } from '../../apps/control-plane/src/testing/fleet.ts';
import { claimServer } from '../../apps/control-plane/src/testing/test-app.ts';
import { createTestDatabase } from '../../apps/control-plane/src/testing/test-database.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { makeFolder, type Running } from '../processes/child-process.ts';
import { type ControlPlane, startControlPlane } from '../processes/control-plane.ts';
import { createKey } from '../processes/keys.ts';
import { urlOf } from '../processes/pair.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { type Endpoint, endpoint, randomConnection } from './random-requests.ts';
import { tryConnection } from './try-connection.ts';

const CONNECTIONS = process.env.LONG ? 100_000 : 600;
const CLIENTS = 16;
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_129);
const CALLS_MAX = 32;
/** States of a connection, as Linux writes them. */
const [ESTABLISHED, CLOSE_WAIT] = ['01', '08'];

let controlPlane: ControlPlane;
let gateway: Gateway;
let secret: string;
const held: ServerResponse[] = [];

beforeAll(async () => {
  controlPlane = await startControlPlane({ databaseUrl: urlOf(await createTestDatabase()) });
  const owner = await claimServer(controlPlane);
  ({ secret } = await createKey(owner));
  const [first, second] = [await startEcho(), await startEcho()];
  const config = join(await makeFolder(), 'gateway.yaml');
  writeFileSync(
    config,
    `forwardAuth: true
perKey: { callsMax: ${CALLS_MAX} }
accessLog: { file: access.log }
routes:
  - { path: /, upstream: "${first}" }
  - { path: /balanced, upstreams: [{ url: "${first}" }, { url: "${second}" }] }
  - { path: /open, access: open, upstream: "${first}", cors: { origins: ["*"] } }
`,
  );
  const { secret: joinKey } = await makeJoinKey(owner);
  gateway = await startGateway({ controlPlane: controlPlane.baseUrl, joinKey, config });
  // It has then opened what it keeps open to count calls.
  expect(await ask(`${gateway.baseUrl}/late`)).toEqual([200, '/late']);
});

/** Repeats the address of each request, in answers of several kinds; takes upgrades and refuses them. */
async function startEcho(): Promise<string> {
  const answer = (req: IncomingMessage, res: ServerResponse) => {
    const { url = '' } = req;
    req.on('error', () => undefined).resume();
    if (url.startsWith('/held')) held.push(res);
    else if (url.includes('chunked')) {
      req.once('end', () => res.write(`${url} `, () => res.end('in chunks')));
    } else if (url.includes('late')) req.once('end', () => setImmediate(() => res.end(url)));
    else req.once('end', () => res.end(url));
  };
  const server = createServer(answer);
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket.on('error', () => undefined));
    socket.once('close', () => open.delete(socket));
  });
  server.on('upgrade', ({ url = '' }: IncomingMessage, socket: Socket) => {
    const head = 'HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const refusal = 'HTTP/1.1 403 F\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
    if (url.includes('late')) socket.end(refusal);
    else socket.pipe(socket).write(head);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  atFileEnd(async () => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('the gateway ends by nothing that its clients send ahead, and keeps nothing of it', async () => {
  const clients = () => clientsOf(gateway.baseUrl, gateway.adminUrl);
  const [clientsBefore, filesBefore] = [clients(), filesOf(gateway)];
  await tryAll(gateway.baseUrl, ofGateway(), 0.6);
  await tryAll(gateway.adminUrl, ofAdmin(), 0.15);
  const calls = Array.from({ length: CALLS_MAX }, () => ask(`${gateway.baseUrl}/held`));
  await until('the key has all its calls again', () => held.length === CALLS_MAX);
  for (const res of held.splice(0)) res.end('held');
  for (const call of calls) expect(await call).toEqual([200, 'held']);
  await until('no call is left', async () => {
    const [, metrics] = await ask(`${gateway.adminUrl}/metrics`);
    const lines = metrics.match(/^tollkeeper_gateway_upstream_calls\{.*$/gm) ?? [];
    return lines.length === 2 && lines.every((line) => line.endsWith(' 0'));
  });
  await until('no connection is left', () => clients().isSubsetOf(clientsBefore));
  await until('no file is left', () => filesOf(gateway) <= filesBefore);
  expectQuiet(gateway);
});

test('the control plane ends by nothing that its clients send ahead, and keeps nothing of it', async () => {
  const clients = () => clientsOf(controlPlane.baseUrl);
  const clientsBefore = clients();
  await tryAll(controlPlane.baseUrl, ofControlPlane(), 0.25);
  const [status] = await ask(`${controlPlane.baseUrl}/v1/whoami`);
  expect(status).toBe(200);
  await until('no connection is left', () => clients().isSubsetOf(clientsBefore));
  expectQuiet(controlPlane);
});

function ofGateway(): Endpoint[] {
  const withKey = { headers: `X-Api-Key: ${secret}\r\n`, isEchoed: true };
  const withWrong = { headers: `Authorization: Bearer ${secret}x\r\n` };
  // A question with a body is the last on its connection.
  const ends = ['never', 'perhaps'] as const;
  const asks = (headers: string, method = 'GET') => ({
    headers: `${headers}X-Forwarded-Method: ${method}\r\nX-Forwarded-Uri: /a\r\n`,
    ends,
  });
  const preflight = { headers: 'Origin: http://a\r\nAccess-Control-Request-Method: GET\r\n' };
  return [
    ...['GET', 'HEAD', 'POST'].flatMap((method) => [
      ...['/at-once', '/chunked', '/late', '/balanced/at-once', '/balanced/late'].map((path) =>
        endpoint(method, path, [200, 429], withKey),
      ),
      endpoint(method, '/open/late', [200], { isEchoed: true }),
      endpoint(method, '/late', [401]),
      endpoint(method, '/late', [401], withWrong),
      endpoint(method, '/ext-authz/late', [200, 429], { headers: withKey.headers, ends }),
      endpoint(method, '/ext-authz/late', [401], { ends }),
    ]),
    endpoint('GET', '/forward-auth', [200], asks(withKey.headers)),
    endpoint('POST', '/forward-auth', [401], asks('')),
    endpoint('OPTIONS', '/open/late', [204], preflight),
  ];
}

function ofAdmin(): Endpoint[] {
  return ['/healthz', '/readyz', '/other', '/metrics'].flatMap((path) => [
    endpoint('GET', path, [200, 404]),
    endpoint('HEAD', path, [200, 404]),
    endpoint('POST', path, [405]),
  ]);
}

function ofControlPlane(): Endpoint[] {
  const headers = `Authorization: Bearer ${secret}\r\n`;
  const json = 'Content-Type: application/json\r\n';
  // Where JSON is announced, a bad body is the last on its connection.
  const verify = {
    body: JSON.stringify({ key: secret }),
    ends: ['perhaps', 'never'] as const,
  };
  return [
    ...['GET', 'HEAD'].flatMap((method) => [
      endpoint(method, '/v1/whoami', [200], { headers }),
      endpoint(method, '/v1/whoami', [401]),
      endpoint(method, '/v1/fleet', [404]),
      endpoint(method, '/healthz', [200]),
      endpoint(method, '/api/auth/get-session', [200, 429]),
    ]),
    endpoint('POST', '/v1/api-keys/verify', [200, 422], {
      ...verify,
      headers: `${headers}${json}`,
    }),
    endpoint('POST', '/v1/api-keys/verify', [401], { ...verify, headers: json }),
    endpoint('POST', '/v1/fleet', [404, 405]),
    endpoint('POST', '/api/auth/sign-out', [200, 400, 403, 415, 422, 429], {
      headers: json,
      ends: ['perhaps', 'perhaps'],
    }),
  ];
}

async function tryAll(
  baseUrl: string,
  endpoints: readonly Endpoint[],
  share: number,
): Promise<void> {
  const numRuns = CONNECTIONS * share;
  const connections = fc.sample(randomConnection(endpoints), { numRuns, seed: SEED });
  const rest = connections.entries();
  let answered = 0;
  const work = Array.from({ length: CLIENTS }, async () => {
    for (const [at, connection] of rest) {
      const count = await tryConnection(baseUrl, connection).catch((error: unknown) => {
        const what = JSON.stringify(connection).replace(/x{99,}/g, 'x');
        throw new Error(`By ${at} of seed ${SEED}, ${what}: ${error}`, { cause: error });
      });
      answered += count;
    }
  });
  await Promise.all(work);
  expect(answered).toBeGreaterThan(numRuns / 2);
}

/** Status and body, on a connection of its own, which ends with the answer. */
function ask(url: string): Promise<[number | undefined, string]> {
  const headers = { authorization: `Bearer ${secret}` };
  return new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, (answer) => {
      text(answer).then((body) => resolve([answer.statusCode, body]), reject);
    }).once('error', reject);
  });
}

/** The other ends of the open connections to the addresses, by what the kernel says. */
function clientsOf(...baseUrls: readonly string[]): Set<string> {
  const ports = baseUrls.map((each) => Number(new URL(each).port));
  const lines = readFileSync('/proc/net/tcp', 'latin1').trim().split('\n').slice(1);
  const fields = lines.map((line) => line.trim().split(/\s+/));
  const open = fields.filter(([, local = '', , state = '']) => {
    const port = Number.parseInt(local.split(':')[1] ?? '', 16);
    return ports.includes(port) && (state === ESTABLISHED || state === CLOSE_WAIT);
  });
  return new Set(open.map(([, , remote = '']) => remote));
}

function filesOf({ pid }: Running): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** No error that nobody expected. */
function expectQuiet({ stdout, stderr }: Running): void {
  const lines = `${stdout()}${stderr()}`.split('\n');
  expect(lines.filter((line) => /^ {4}at |"stack":|"level":(?:"error"|[56]0)/.test(line))).toEqual(
    [],
  );
}
