import type { IncomingMessage, ServerResponse } from 'node:http';
import { hashSecret, removeSecret } from '@tollkeeper/verify';
import { expect, it } from 'vitest';
import { connectRaw, type RawClient } from '../testing/raw-client.ts';
import { startTestGateway, startUpstream, type TestGateway } from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

/** Answers by the path, never to the end; tells which requests were broken off. */
async function startEndless(): Promise<{ url: string; came: string[]; broken: string[] }> {
  const came: string[] = [];
  const broken: string[] = [];
  const { url } = await startUpstream((req: IncomingMessage, res: ServerResponse) => {
    const { pathname } = new URL(req.url ?? '', 'http://a');
    came.push(pathname);
    req.on('error', () => undefined).resume();
    res.once('close', () => broken.push(pathname));
    if (pathname === '/length') res.writeHead(200, { 'content-length': 1000 });
    if (pathname === '/flood') {
      const write = () => {
        while (res.write(Buffer.alloc(64 * 1024)));
      };
      res.on('drain', write);
      write();
    } else if (pathname !== '/thinking' && pathname !== '/upload') res.write('some');
  });
  return { url, came, broken };
}

async function send(gateway: TestGateway, ...lines: string[]): Promise<RawClient> {
  const client = await connectRaw(gateway.address);
  client.send([...lines, '', ''].join('\r\n'));
  return client;
}

async function metricsOf({ adminUrl }: TestGateway): Promise<string[]> {
  return (await (await fetch(`${adminUrl}/metrics`)).text()).split('\n');
}

it('takes along whatever it let through, and nothing of another key', async () => {
  const upstream = await startEndless();
  const gateway = await startTestGateway(upstream.url);
  const [secret, kept] = [gateway.fleet.addKey(), gateway.fleet.addKey()];
  const get = (path: string, version: string, key = secret) =>
    send(gateway, `GET ${path} HTTP/${version}`, 'Host: a', `X-Api-Key: ${key}`);
  const post = (path: string, ...headers: string[]) =>
    send(gateway, `POST ${path} HTTP/1.1`, 'Host: a', `X-Api-Key: ${secret}`, ...headers);
  const events = await get('/events', '1.1');
  const length = await get('/length', '1.1');
  const old = await get('/old', '1.0');
  const flood = await get('/flood', '1.1');
  flood.socket.pause();
  const thinking = await get('/thinking', '1.1');
  const upload = await post('/upload', 'Content-Length: 9');
  upload.send('abc');
  const trailing = await post('/trailing', 'Transfer-Encoding: chunked', 'Trailer: X-Sum');
  trailing.send('3\r\nabc\r\n');
  const other = await get('/other', '1.1', kept);
  for (const each of [events, length, old, trailing, other]) await each.receives('some');
  await until('all came', () => upstream.came.length === 8);

  removeSecret(gateway.fleet.index, hashSecret(secret));
  const stoppedAt = performance.now();

  // None is made to look whole.
  for (const each of [events, trailing]) expect(await each.closes()).not.toContain('\r\n0\r\n');
  expect(await length.closes()).toMatch(/content-length: 1000\r\n.*\r\n\r\nsome$/is);
  await old.closes();
  expect(old.isReset()).toBe(true);
  for (const each of [thinking, upload]) {
    expect(await each.receives('"code":"invalid_key"')).toMatch(/^HTTP\/1\.1 401 /);
  }
  await until('the upstream knows', () => upstream.broken.length === 7);
  expect(performance.now() - stoppedAt).toBeLessThan(10_000);
  flood.socket.resume();
  await flood.closes();

  expect(upstream.broken).not.toContain('/other');
  expect(other.isClosed()).toBe(false);
  const metrics = await metricsOf(gateway);
  expect(metrics).toContain('tollkeeper_gateway_stopped_total{code="invalid_key"} 7');
  expect(metrics.some((line) => line.startsWith('tollkeeper_gateway_upstream_failures'))).toBe(
    false,
  );
  expect(gateway.log.filter((line) => line.includes('its key was stopped'))).toHaveLength(7);
  expect(gateway.log.join('')).not.toContain(secret);
  expect(gateway.fleet.counted).toHaveLength(8);
  for (const { socket } of [thinking, upload, other]) socket.destroy();
});

it('counts as stopped when it expires, and when nothing can be decided any more', async () => {
  const upstream = await startEndless();
  let nowMs = Date.now();
  const gateway = await startTestGateway(upstream.url, {}, { nowMs: () => nowMs });
  const get = (secret: string) =>
    send(gateway, 'GET /events HTTP/1.1', 'Host: a', `X-Api-Key: ${secret}`);
  const expiring = await get(gateway.fleet.addKey({ expiresAtMs: nowMs + 700 }));
  const lasting = await get(gateway.fleet.addKey());
  for (const each of [expiring, lasting]) await each.receives('some');
  nowMs += 701;
  expect(await expiring.closes()).toMatch(/some(?!.*\r\n0\r\n)/s);
  expect(lasting.isClosed()).toBe(false);
  gateway.fleet.noKeys = 'snapshot_stale';
  await lasting.closes();
  const metrics = await metricsOf(gateway);
  for (const code of ['expired', 'snapshot_stale'])
    expect(metrics).toContain(`tollkeeper_gateway_stopped_total{code="${code}"} 1`);
});
