import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { hashSecret, removeSecret } from '@tollkeeper/verify';
import { beforeEach, describe, expect, it } from 'vitest';
import { connectRaw, type RawClient } from '../testing/raw-client.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  type Upstream,
} from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

let upstream: Upstream;
let gateway: TestGateway;
let secret: string;
let sockets: Duplex[];
let heads: NodeJS.Dict<string | string[]>[];

beforeEach(async () => {
  sockets = [];
  heads = [];
  upstream = await startUpstream((req, res) => {
    heads.push(req.headers);
    res.end(`plain ${req.method}`);
  });
  upstream.server.on('upgrade', (req, socket: Duplex, rest: Buffer) => {
    heads.push(req.headers);
    if (req.url === '/no') {
      socket.end('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\nX-Why: a\r\n\r\nno');
      return;
    }
    sockets.push(socket);
    const accept = createHash('sha1')
      .update(String(req.headers['sec-websocket-key']))
      .digest('hex');
    socket.on('error', () => undefined).once('end', () => socket.end());
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\nhello`,
    );
    if (rest.length > 0) socket.write(`early ${rest}`);
    socket.on('data', (part: Buffer) => socket.write(`echo ${part}`));
  });
  gateway = await startTestGateway(upstream.url);
  secret = gateway.fleet.addKey();
});

async function upgrade(path: string, key: string, protocol = 'websocket'): Promise<RawClient> {
  const client = await connectRaw(gateway.address);
  client.send(
    [
      `GET ${path} HTTP/1.1`,
      'Host: a',
      'Connection: keep-alive, Upgrade',
      `Upgrade: ${protocol}`,
      'Sec-WebSocket-Key: abc',
      'X-Tollkeeper-Key-Id: forged',
      `Authorization: Bearer ${key}`,
      '',
      '',
    ].join('\r\n'),
  );
  return client;
}

it('passes bytes both ways, what came with the heads too, and counts one call', async () => {
  const client = await upgrade('/', secret);
  const text = await client.receives('hello');
  expect(text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
  expect(text).toMatch(/sec-websocket-accept: [0-9a-f]{40}/i);
  expect(text.match(/^upgrade: /gim)).toHaveLength(1);
  client.send('one');
  await client.receives('echo one');
  client.send('two');
  await client.receives('echo two');
  expect(gateway.fleet.counted).toMatchObject([{ accepted: true, settled: true }]);
  expect(heads[0]).toMatchObject({
    connection: 'Upgrade',
    'sec-websocket-key': 'abc',
    'x-tollkeeper-key-id': 'key_00000000000000000001',
  });
  expect(heads[0]).not.toHaveProperty('authorization');
});

it('passes on what the client sends before it is answered', async () => {
  const client = await connectRaw(gateway.address);
  const head = ['GET / HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket'];
  client.send(`${[...head, `X-Api-Key: ${secret}`].join('\r\n')}\r\n\r\nearly`);
  await client.receives('echo early');
  client.socket.destroy();
});

describe('both ends go together', () => {
  it('when the client goes', async () => {
    const client = await upgrade('/', secret);
    await client.receives('hello');
    client.socket.destroy();
    await until('the upstream knows', () => sockets[0]?.destroyed);
  });

  it('when the upstream goes', async () => {
    const client = await upgrade('/', secret);
    await client.receives('hello');
    sockets[0]?.destroy();
    await client.closes();
  });

  it('when the client goes before the upstream has answered', async () => {
    upstream.server.removeAllListeners('upgrade');
    let isGone = false;
    upstream.server.on('upgrade', (_, socket: Duplex) => {
      sockets.push(socket);
      socket.on('error', () => undefined).resume();
      socket.once('end', () => {
        isGone = true;
        socket.end();
      });
    });
    const client = await upgrade('/', secret);
    await until('the upstream was asked', () => sockets.length > 0);
    client.socket.destroy();
    await until('the upstream knows', () => isGone);
  });
});

it('ends soon after the key is stopped, and counts no second call', async () => {
  const client = await upgrade('/', secret);
  await client.receives('hello');
  removeSecret(gateway.fleet.index, hashSecret(secret));
  await client.closes();
  await until('the upstream knows', () => sockets[0]?.destroyed);
  expect(gateway.fleet.counted).toHaveLength(1);
});

it('is decided first: a bad key upgrades nothing', async () => {
  const client = await upgrade('/', 'tk_live_wrong');
  expect(await client.closes()).toMatch(/^HTTP\/1\.1 401 .*"code":"invalid_key"/s);
  const disabled = await upgrade('/', gateway.fleet.addKey({ status: 'disabled' }));
  expect(await disabled.closes()).toMatch(/^HTTP\/1\.1 401 .*"code":"disabled"/s);
  expect(upstream.connections()).toBe(0);
  expect(gateway.fleet.counted).toMatchObject([{ accepted: false, settled: true }]);
});

it('passes a denial of the upstream on', async () => {
  const client = await upgrade('/no', secret);
  expect(await client.closes()).toMatch(
    /^HTTP\/1\.1 426 Upgrade Required\r\n.*x-why: a.*\r\n\r\nno$/is,
  );
});

it('answers 502 where the upstream takes no connection', async () => {
  // Not closed: another process could be at its port by now.
  upstream.server.on('connection', (socket) => socket.destroy());
  const client = await upgrade('/', secret);
  expect(await client.closes()).toMatch(/^HTTP\/1\.1 502 .*"code":"upstream_failed"/s);
});

it.each([
  'h2c',
  'H2C, websocket',
  'websocket, h2c-17',
  'h2c;q=1',
  '"h2c"',
  'SPDY/3.1',
  'HTTP/2.0',
  'TLS/1.0',
])('never opens a way for requests that nobody decides: %s', async (protocol) => {
  const client = await upgrade('/', secret, protocol);
  const text = await client.receives('plain GET');
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
  expect(heads[0]).not.toHaveProperty('upgrade');
  client.socket.destroy();
});

it('takes no upgrade from HTTP/1.0, which knows none', async () => {
  const client = await connectRaw(gateway.address);
  client.send(
    `GET / HTTP/1.0\r\nX-Api-Key: ${secret}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  expect(await client.closes()).toMatch(/^HTTP\/1\.1 200 .*plain GET$/s);
});
