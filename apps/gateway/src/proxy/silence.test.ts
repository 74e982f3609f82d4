import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import type { Config } from '../config/config.ts';
import { connectRaw } from '../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

/** One whose upstreams may be silent for 100 ms. */
async function start(upstreamUrl: string, change: Partial<Config> = {}): Promise<TestGateway> {
  const { routes } = await testConfig(upstreamUrl);
  const timeouts = { connectMs: 1000, responseMs: 0, idleMs: 100 };
  const change100 = { routes: routes.map((each) => ({ ...each, timeouts })), ...change };
  return startTestGateway(upstreamUrl, change100);
}

async function ask({ address, fleet }: TestGateway, path: string, ...lines: string[]) {
  const client = await connectRaw(address);
  const key = `X-Api-Key: ${fleet.addKey()}`;
  client.send([`POST ${path} HTTP/1.1`, 'Host: a', key, ...lines, '', ''].join('\r\n'));
  return client;
}

it.each([
  ['', ['Content-Length: 0']],
  [', which came with trailers', ['Trailer: X-A', 'Transfer-Encoding: chunked', '', '0', 'X-A: 1']],
])('ends no stream of events, and every other answer to a request%s', async (_, lines) => {
  const answers = new Map<string | undefined, ServerResponse>();
  const upstream = await startUpstream((req, res) => {
    answers.set(req.url, res);
    const type = req.url === '/events' ? 'text/event-stream; charset=utf-8' : 'text/plain';
    res.writeHead(200, { 'Content-Type': type }).write('first');
  });
  const gateway = await start(upstream.url);
  const events = await ask(gateway, '/events', ...lines);
  await events.receives('first');
  const other = await ask(gateway, '/other', ...lines);
  await other.receives('first');
  // Silent for less long than the events, and looked at after them.
  await other.closes();
  answers.get('/events')?.write('second');
  await events.receives('second');
  // Its end is the client's: then the upstream learns of it.
  const left = once(answers.get('/events') ?? upstream.server, 'close');
  events.socket.destroy();
  await left;
});

it('has the kernel look for the client of a stream that is silent for too long', async () => {
  const upstream = await startUpstream((_, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('first');
  });
  const client = await ask(await start(upstream.url), '/', 'Content-Length: 0');
  await client.receives('first');
  const { localPort = 0, remotePort = 0 } = client.socket;
  await until('it looks', () => keepsAlive(remotePort, localPort));
  client.socket.destroy();
});

/** Whether the timer of TCP keep-alive runs for a connection of this machine, as Linux shows it. */
function keepsAlive(localPort: number, remotePort: number): boolean {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
  const line = new RegExp(`:${hex(localPort)} \\w+:${hex(remotePort)} 01 \\w+:\\w+ 02:`);
  return line.test(readFileSync('/proc/net/tcp', 'utf8'));
}

it('waits for a client that does not read, instead of the upstream', async () => {
  const part = 'x'.repeat(1024 * 1024);
  let sent = 0;
  const upstream = await startUpstream(async (_, res) => {
    for (; sent < 64; sent++) if (!res.write(part)) await once(res, 'drain');
    res.end('last');
  });
  const gateway = await start(upstream.url);
  const client = await ask(gateway, '/', 'Content-Length: 0', 'Connection: close');
  client.socket.pause();
  const other = await startUpstream((_, res) => res.write('first'));
  await until('the upstream waits', () => sent > 0);
  const silent = await start(other.url);
  // Two limits pass meanwhile.
  for (let i = 0; i < 2; i++) await (await ask(silent, '/', 'Content-Length: 0')).closes();
  client.socket.resume();
  expect((await client.closes()).slice(-100)).toMatch(/last\r\n0\r\n\r\n$/);
});

it('takes heads as large as the configuration says', async () => {
  const { limits } = await testConfig();
  const change = { limits: { ...limits, headBytesMax: 128 * 1024 }, forwardAuth: true };
  const line = `X-Large: ${'a'.repeat(100 * 1024)}`;
  const large = await startTestGateway(undefined, change);
  const accepted = await ask(large, '/forward-auth', line);
  expect(await accepted.receives('\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
  accepted.socket.destroy();
  const refused = await ask(await startTestGateway(undefined), '/forward-auth', line);
  expect(await refused.closes()).toMatch(/^HTTP\/1\.1 431 .*16384 bytes at most/s);
});
