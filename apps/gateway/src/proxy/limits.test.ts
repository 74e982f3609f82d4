import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Config, Limits, RouteConfig } from '../config/config.ts';
import { makeAccessLogFile } from '../testing/access-log-file.ts';
import { closeLater } from '../testing/close-later.ts';
import { connectRaw } from '../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

interface Change {
  readonly limits?: Partial<Limits>;
  readonly route?: Partial<RouteConfig>;
}

async function start(upstreamUrl: string, { limits, route }: Change): Promise<TestGateway> {
  const config = await testConfig(upstreamUrl);
  const change: Partial<Config> = {
    limits: { ...config.limits, ...limits },
    routes: config.routes.map((each) => ({ ...each, ...route })),
  };
  return startTestGateway(upstreamUrl, change);
}

/** An upstream that takes all bodies, and tells how much came. */
async function startSink(): Promise<{ url: string; received: () => number; ended: () => number }> {
  let received = 0;
  let ended = 0;
  const { url } = await startUpstream((req, res) => {
    req.on('data', (part) => {
      received += part.length;
    });
    req.once('end', () => {
      ended++;
      res.end('taken');
    });
    req.once('error', () => undefined);
  });
  return { url, received: () => received, ended: () => ended };
}

describe('a body beyond the cap of its route', () => {
  it('is refused unread by its Content-Length', async () => {
    const sink = await startSink();
    const gateway = await start(sink.url, { route: { bodyBytesMax: 5 } });
    const headers = { 'x-api-key': gateway.fleet.addKey() };
    const tooMuch = await fetch(gateway.url, { method: 'POST', headers, body: 'abcdef' });
    expect([tooMuch.status, (await tooMuch.json()).code]).toEqual([413, 'body_too_large']);
    expect(sink.received()).toBe(0);
    const enough = await fetch(gateway.url, { method: 'POST', headers, body: 'abcde' });
    expect(await enough.text()).toBe('taken');
  });

  it('is refused before any of it comes', async () => {
    const sink = await startSink();
    const change = { route: { bodyBytesMax: 5 }, limits: { bodyTimeoutMs: 100 } };
    const gateway = await start(sink.url, change);
    const client = await connectRaw(gateway.address);
    const key = gateway.fleet.addKey();
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${key}\r\nContent-Length: 6\r\n\r\n`);
    const answer = await client.receives(/"code":"\w+"/);
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*"code":"body_too_large"/s);
    client.socket.destroy();
  });

  it('is refused as it comes in chunks, and never whole at the upstream', async () => {
    const sink = await startSink();
    const gateway = await start(sink.url, { route: { bodyBytesMax: 5 } });
    const client = await connectRaw(gateway.address);
    client.send(
      `POST / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`,
    );
    await until('the first chunk', () => sink.received() === 3);
    client.send('3\r\ndef\r\n0\r\n\r\n');
    expect(await client.receives('HTTP/1.1 ')).toMatch(/^HTTP\/1\.1 413 /);
    await client.receives('body_too_large');
    expect(sink.ended()).toBe(0);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.receives('unauthenticated');
    client.socket.destroy();
  });
});

describe('slow clients', () => {
  it('get an answer that says the head took too long', async () => {
    const gateway = await start('http://127.0.0.1:9', { limits: { headerTimeoutMs: 100 } });
    const client = await connectRaw(gateway.address);
    client.send('GET / HTTP/1.1\r\nHost: a\r\nX-A: ');
    expect(await client.closes()).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
  });

  it.each([
    ['part of a head', 'GET / HTTP/1.1\r\nHost: a\r\n'],
    ['nothing', ''],
  ])('get it after %s, however short the time for bodies is', async (_, bytes) => {
    const { accessLog, lines } = await makeAccessLogFile();
    const config = await testConfig('http://127.0.0.1:9');
    const limits = { ...config.limits, headerTimeoutMs: 1000, bodyTimeoutMs: 50 };
    const gateway = await startTestGateway('http://127.0.0.1:9', { accessLog, limits });
    const client = await connectRaw(gateway.address);
    client.send(bytes);
    expect(await client.closes()).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
    expect(await lines(1)).toMatchObject([{ status: 408, code: 'request_timeout' }]);
  });

  it('get an answer that says the body stalled, and the upstream never sees it end', async () => {
    const sink = await startSink();
    const gateway = await start(sink.url, { limits: { bodyTimeoutMs: 100 } });
    const client = await connectRaw(gateway.address);
    client.send(
      `POST / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\nContent-Length: 9\r\n\r\nabc`,
    );
    expect(await client.receives('request_timeout')).toMatch(/^HTTP\/1\.1 408 /);
    expect(sink.ended()).toBe(0);
    client.socket.destroy();
  });

  it('are cut when they do not read on, and the upstream with them', async () => {
    let isGone = false;
    const { url } = await startUpstream((_, res) => {
      const write = () => {
        while (res.write(Buffer.alloc(64 * 1024)));
      };
      res.on('drain', write).once('close', () => {
        isGone = true;
      });
      write();
    });
    const gateway = await start(url, { limits: { bodyTimeoutMs: 100, headerTimeoutMs: 600_000 } });
    const client = await connectRaw(gateway.address);
    client.socket.pause();
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\n\r\n`);
    await until('the upstream knows', () => isGone);
    await until('none', async () => (await connectionsOf(gateway)) === 0);
    client.socket.destroy();
  });

  it('are not those who wait for more of an answer', async () => {
    const { url } = await startUpstream((_, res) => {
      res.write('some, ');
      setTimeout(() => res.end('and more'), 300);
    });
    const gateway = await start(url, { limits: { bodyTimeoutMs: 50 } });
    const headers = { 'x-api-key': gateway.fleet.addKey() };
    expect(await (await fetch(gateway.url, { headers })).text()).toBe('some, and more');
  });

  it('may keep an idle connection for so long', async () => {
    const { url } = await startUpstream((_, res) => res.end());
    const gateway = await start(url, { limits: { keepAliveMs: 50 } });
    const client = await connectRaw(gateway.address);
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\n\r\n`);
    expect(await client.closes()).toMatch(/^HTTP\/1\.1 200 /);
  });
});

async function connectionsOf({ adminUrl }: TestGateway): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return Number(/^tollkeeper_gateway_connections (\d+)$/m.exec(text)?.[1]);
}

it('refuses a head that is too large', async () => {
  const gateway = await start('http://127.0.0.1:9', {});
  const client = await connectRaw(gateway.address);
  client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-A: ${'x'.repeat(17_000)}\r\n\r\n`);
  const answer = await client.receives(/"code":"\w+"/);
  expect(answer).toMatch(/^HTTP\/1\.1 431 .*"code":"headers_too_large"/s);
  await client.closes();
});

describe('an upstream', () => {
  const ask = async (gateway: TestGateway) => {
    const answer = await fetch(gateway.url, { headers: { 'x-api-key': gateway.fleet.addKey() } });
    return [answer.status, (await answer.json()).code];
  };
  const failures = async ({ adminUrl }: TestGateway) =>
    (await (await fetch(`${adminUrl}/metrics`)).text()).match(/upstream_failures_total\{.*/g);

  it('that is not there is 502', async () => {
    const gateway = await start('http://127.0.0.1:9', {});
    expect(await ask(gateway)).toEqual([502, 'upstream_failed']);
    expect(await failures(gateway)).toEqual(['upstream_failures_total{code="upstream_failed"} 1']);
  });

  it.each([
    'SSH-2.0-OpenSSH_9.9\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nX-A: \x01\r\n\r\n',
    'HTTP/1.1 200 O\x01K\r\n\r\n',
    '',
  ])('that answers %j is 502', async (bytes) => {
    const gateway = await start(
      await startTcp((socket) => socket.once('data', () => socket.end(bytes, 'latin1'))),
      {},
    );
    expect(await ask(gateway)).toEqual([502, 'upstream_failed']);
  });

  it.each([
    ['HTTP/1.1 200 O\x01K\r\n\r\n', 'Transfer-Encoding: chunked\r\nTrailer: X-A'],
    ['HTTP/1.1 200 O\x01K\r\n\r\n', 'Connection: Upgrade\r\nUpgrade: websocket'],
    [
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
      'Transfer-Encoding: chunked\r\nTrailer: X-A',
    ],
  ])('that answers %j to "%s" is 502', async (bytes, headers) => {
    const gateway = await start(
      await startTcp((socket) => socket.once('data', () => socket.write(bytes, 'latin1'))),
      {},
    );
    const client = await connectRaw(gateway.address);
    client.send(`POST / HTTP/1.1\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\nHost: a\r\n${headers}`);
    client.send('\r\n\r\n');
    if (headers.includes('chunked')) client.send('0\r\n\r\n');
    expect(await client.receives('"code"')).toMatch(/^HTTP\/1\.1 502 .*upstream_failed/s);
    client.socket.destroy();
  });

  it('that sends a length with 204 sends none to the client', async () => {
    const bytes = 'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc';
    const url = await startTcp((socket) => socket.once('data', () => socket.write(bytes)));
    const gateway = await start(url, {});
    const client = await connectRaw(gateway.address);
    const ask = `GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\n`;
    client.send(`${ask}Connection: close\r\n\r\n`);
    expect(await client.closes()).toMatch(/^HTTP\/1\.1 204 (?!.*content-length).*\r\n\r\n$/is);
  });

  it('that sends its head byte by byte is 504', async () => {
    const timeouts = { connectMs: 1000, responseMs: 200, idleMs: 1000 };
    const url = await startTcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX-A: ');
      const drip = setInterval(() => socket.write('a'), 20);
      socket.once('close', () => clearInterval(drip));
    });
    const gateway = await start(url, { route: { timeouts } });
    expect(await ask(gateway)).toEqual([504, 'upstream_timeout']);
  });

  it('that resets its answer cuts the connection', async () => {
    const url = await startTcp((socket) =>
      socket.once('data', () =>
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc', () =>
          socket.resetAndDestroy(),
        ),
      ),
    );
    const gateway = await start(url, {});
    const client = await connectRaw(gateway.address);
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\n\r\n`);
    await client.closes();
    expect(client.received()).not.toMatch(/^HTTP\/1\.1 200 .*\r\n\r\n.{9}/s);
  });

  it('that does not answer in time is 504', async () => {
    const timeouts = { connectMs: 1000, responseMs: 100, idleMs: 1000 };
    const gateway = await start(await startTcp(() => undefined), { route: { timeouts } });
    expect(await ask(gateway)).toEqual([504, 'upstream_timeout']);
    expect(await failures(gateway)).toEqual(['upstream_failures_total{code="upstream_timeout"} 1']);
  });

  it('that falls silent in its answer cuts the connection', async () => {
    const timeouts = { connectMs: 1000, responseMs: 1000, idleMs: 100 };
    const { url } = await startUpstream((_, res) => res.write('some'));
    const gateway = await start(url, { route: { timeouts } });
    const client = await connectRaw(gateway.address);
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\n\r\n`);
    expect(await client.closes()).toMatch(/some(?!.*\r\n0\r\n)/s);
  });
});

/** An upstream that speaks as the test likes. */
async function startTcp(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closeLater(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
