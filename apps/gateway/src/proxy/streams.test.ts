import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { connectRaw, exchange, type RawClient } from '../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

type Listener = (req: IncomingMessage, res: ServerResponse) => void;

async function start(listener: Listener): Promise<{ gateway: TestGateway; secret: string }> {
  const upstream = await startUpstream(listener);
  const gateway = await startTestGateway(upstream.url);
  return { gateway, secret: gateway.fleet.addKey() };
}

async function send(gateway: TestGateway, ...lines: string[]): Promise<RawClient> {
  const client = await connectRaw(gateway.address);
  client.send([...lines, '', ''].join('\r\n'));
  return client;
}

describe('an answer', () => {
  it('arrives as it is sent, the head too: server-sent events', async () => {
    let answer: ServerResponse | undefined;
    const { gateway, secret } = await start((_, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.flushHeaders();
      answer = res;
    });
    const client = await send(gateway, 'GET / HTTP/1.1', 'Host: a', `X-Api-Key: ${secret}`);
    await client.receives('\r\n\r\n');
    for (const each of ['data: 1\n\n', 'data: 2\n\n']) {
      answer?.write(each);
      await client.receives(each);
    }
    answer?.end();
    await client.receives('\r\n0\r\n\r\n');
    client.socket.destroy();
  });

  it('waits for a slow client, and holds little meanwhile', async () => {
    const part = Buffer.alloc(64 * 1024, 'x');
    const parts = 512;
    let sent = 0;
    const { gateway, secret } = await start(async (_, res) => {
      res.writeHead(200, { 'content-length': part.length * parts });
      for (; sent < parts; sent++) if (!res.write(part)) await once(res, 'drain');
      res.end();
    });
    const client = await connectRaw(gateway.address);
    client.socket.pause();
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${secret}\r\n\r\n`);
    let before = -1;
    await until('the upstream waits', async () => {
      const isStill = sent > 0 && sent === before;
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return isStill;
    });
    expect(sent).toBeLessThan(parts * 0.75);
    client.socket.resume();
    await until('all came', () => client.received().length > part.length * parts);
    client.socket.destroy();
  });

  it.each([
    ['HEAD', 200, { 'content-length': '5' }],
    ['GET', 204, {}],
    ['GET', 304, { etag: '"a"' }],
    ['GET', 304, { 'content-length': '5' }],
    ['HEAD', 304, {}],
  ] as const)('without a body stays one: %s %d %j', async (method, status, headers) => {
    const { gateway, secret } = await start((req, res) => {
      if (req.url === '/next') res.end('next');
      else res.writeHead(status, headers).end();
    });
    const key = `X-Api-Key: ${secret}`;
    const client = await send(gateway, `${method} / HTTP/1.1`, 'Host: a', key);
    await client.receives('\r\n\r\n');
    client.send(`GET /next HTTP/1.1\r\nHost: a\r\n${key}\r\n\r\n`);
    const text = await client.receives('next');
    const [first = ''] = text.split('\r\n\r\n');
    expect(first).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    for (const [name, value] of Object.entries(headers))
      expect(first).toContain(`${name}: ${value}`);
    expect(first).not.toMatch(/transfer-encoding/i);
    expect(text.slice(first.length)).toMatch(/^\r\n\r\nHTTP\/1\.1 200 /);
    client.socket.destroy();
  });

  it('brings its trailers along, and early hints before it', async () => {
    const { gateway, secret } = await start((_, res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload' });
      res.writeHead(200, { trailer: 'X-Sum' });
      res.write('body');
      res.addTrailers({ 'X-Sum': '42' });
      res.end();
    });
    const client = await send(gateway, 'GET / HTTP/1.1', 'Host: a', `X-Api-Key: ${secret}`);
    const text = await client.receives('\r\n0\r\nX-Sum: 42\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 103 .*<\/a\.css>; rel=preload.*HTTP\/1\.1 200 .*X-Sum/is);
    client.socket.destroy();
  });

  it('to HTTP/1.0 has no chunks', async () => {
    const { gateway, secret } = await start((_, res) => {
      res.write('a');
      res.end('b');
    });
    const text = await exchange(gateway.address, `GET / HTTP/1.0\r\nX-Api-Key: ${secret}\r\n\r\n`);
    expect(text).toMatch(/\r\n\r\nab$/);
  });

  it('that breaks off is never made to look whole', async () => {
    const { gateway, secret } = await start((_, res) => {
      res.write('some', () => res.destroy());
    });
    const key = `X-Api-Key: ${secret}`;
    const chunked = await send(gateway, 'GET / HTTP/1.1', 'Host: a', key);
    expect(await chunked.closes()).toMatch(/some(?!.*\r\n0\r\n)/s);
    // Without chunks only a reset tells the end from a break.
    const plain = await send(gateway, 'GET / HTTP/1.0', key);
    await plain.closes();
    expect(plain.isReset()).toBe(true);
    expect(gateway.log.join('')).toContain('An upstream broke off');
  });

  it('shorter than its Content-Length cuts the connection', async () => {
    const { gateway, secret } = await start((_, res) => {
      res.writeHead(200, { 'content-length': '100' });
      res.write('some', () => res.socket?.end());
    });
    const client = await send(gateway, 'GET / HTTP/1.1', 'Host: a', `X-Api-Key: ${secret}`);
    expect(await client.closes()).toMatch(/content-length: 100.*some$/is);
  });
});

describe('a body', () => {
  it('arrives as it is sent', async () => {
    let received = '';
    const { gateway, secret } = await start((req, res) => {
      req.setEncoding('utf8').on('data', (part) => {
        received += part;
      });
      req.on('end', () => res.end('done'));
    });
    const client = await send(
      gateway,
      'POST / HTTP/1.1',
      'Host: a',
      `X-Api-Key: ${secret}`,
      'Transfer-Encoding: chunked',
    );
    for (const part of ['one', 'two']) {
      client.send(`3\r\n${part}\r\n`);
      await until(part, () => received.endsWith(part));
    }
    client.send('0\r\n\r\n');
    await client.receives('done');
    client.socket.destroy();
  });

  it('is asked for with 100 Continue once the upstream takes it, and Expect goes no further', async () => {
    let expects: string | undefined = 'unseen';
    const { gateway, secret } = await start((req, res) => {
      expects = req.headers.expect;
      req.resume().once('end', () => res.end('done'));
    });
    const head = ['POST / HTTP/1.1', 'Host: a', 'Content-Length: 3', 'Expect: 100-continue'];
    const client = await send(gateway, ...head, `X-Api-Key: ${secret}`);
    await client.receives('HTTP/1.1 100 Continue\r\n\r\n');
    client.send('abc');
    await client.receives('done');
    expect(expects).toBeUndefined();
    client.socket.destroy();
  });

  it('is not asked for when the key is refused', async () => {
    const { gateway } = await start((_, res) => res.end());
    const head = ['POST / HTTP/1.1', 'Host: a', 'Content-Length: 3', 'Expect: 100-continue'];
    const client = await send(gateway, ...head, 'X-Api-Key: tk_live_wrong');
    expect(await client.closes()).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('brings its trailers along, but none that forge', async () => {
    let trailers: string[] = [];
    let keyId: unknown;
    const upstream = await startUpstream((req, res) => {
      req.resume().once('end', () => {
        trailers = req.rawTrailers;
        keyId = req.headers['x-tollkeeper-key-id'];
        res.end('done');
      });
    });
    const { routes } = await testConfig(upstream.url);
    const gateway = await startTestGateway(upstream.url, {
      routes: routes.map((route) => ({ ...route, headers: ['X-Team', 'a'] })),
    });
    const secret = gateway.fleet.addKey();
    const client = await send(
      gateway,
      'POST / HTTP/1.1',
      'Host: a',
      `X-Api-Key: ${secret}`,
      'Transfer-Encoding: chunked',
      'Trailer: X-Sum',
    );
    client.send(
      `1\r\na\r\n0\r\nX-Sum: 42\r\nX-Tollkeeper-Key-Id: forged\r\nX-Api-Key: x\r\nX_Team: b\r\nX-Own: ${secret}\r\n\r\n`,
    );
    await client.receives('done');
    expect(trailers).toEqual(['X-Sum', '42']);
    expect(keyId).toBe('key_00000000000000000001');
    client.socket.destroy();
  });

  it('that is refused early still gets the answer of the upstream', async () => {
    const { gateway, secret } = await start((_, res) => {
      res.writeHead(413, { connection: 'close' }).end('too much');
    });
    const client = await send(
      gateway,
      'POST / HTTP/1.1',
      'Host: a',
      `X-Api-Key: ${secret}`,
      'Content-Length: 10000000',
    );
    client.send('x'.repeat(100_000));
    expect(await client.receives('too much')).toMatch(/^HTTP\/1\.1 413 /);
    client.socket.destroy();
  });
});

describe('the end that closes takes the other along', () => {
  it('a client that leaves before the answer', async () => {
    let isGone = false;
    const { gateway, secret } = await start((_, res) => {
      res.once('close', () => {
        isGone = true;
      });
    });
    const client = await send(gateway, 'GET / HTTP/1.1', 'Host: a', `X-Api-Key: ${secret}`);
    await until('counted', () => gateway.fleet.counted.length > 0);
    client.socket.destroy();
    await until('the upstream knows', () => isGone);
  });

  it('a client that leaves during the answer, or its body', async () => {
    const gone: string[] = [];
    const { gateway, secret } = await start((req, res) => {
      if (req.method === 'GET') res.write('some');
      req.resume();
      res.once('close', () => gone.push(req.method ?? ''));
    });
    const key = `X-Api-Key: ${secret}`;
    const reading = await send(gateway, 'GET / HTTP/1.1', 'Host: a', key);
    await reading.receives('some');
    reading.socket.destroy();
    const writing = await send(gateway, 'POST / HTTP/1.1', 'Host: a', key, 'Content-Length: 9');
    writing.send('abc');
    await until('both counted', () => gateway.fleet.counted.length === 2);
    writing.socket.destroy();
    await until('the upstream knows', () => gone.length === 2);
    expect(gone.toSorted()).toEqual(['GET', 'POST']);
  });
});
