import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { connectRaw, type RawClient } from '../testing/raw-client.ts';
import { startTestGateway, startUpstream, type TestGateway } from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

let gateway: TestGateway;
let secret: string;
/** Answers that the upstream has begun, and connections that it has upgraded. */
let begun: ServerResponse[];
let upgraded: Duplex[];

beforeEach(async () => {
  begun = [];
  upgraded = [];
  const upstream = await startUpstream((req, res) => {
    if (req.url === '/quick') res.end('quick');
    else if (req.url === '/fails') res.socket?.destroy();
    else {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('some');
      begun.push(res);
    }
  });
  upstream.server.on('upgrade', (req, socket: Duplex) => {
    socket
      .on('error', () => undefined)
      .once('end', () => socket.end())
      .resume();
    if (req.url === '/denied') {
      socket.end('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    upgraded.push(socket);
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\nsome',
    );
  });
  gateway = await startTestGateway(upstream.url, { perKey: { callsMax: 2 } });
  secret = gateway.fleet.addKey();
});

function head(path: string, ...more: string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: a', `X-Api-Key: ${secret}`, ...more, '', ''].join('\r\n');
}

async function open(path: string, ...more: string[]): Promise<RawClient> {
  const client = await connectRaw(gateway.address);
  client.send(head(path, ...more));
  return client;
}

async function openStream(): Promise<RawClient> {
  const client = await open('/stream');
  await client.receives('some');
  return client;
}

async function openTunnel(): Promise<RawClient> {
  const client = await open('/', 'Connection: Upgrade', 'Upgrade: a');
  await client.receives('some');
  return client;
}

const statusOf = async (key = secret) => {
  const answer = await fetch(`${gateway.url}/quick`, { headers: { 'x-api-key': key } });
  await answer.text();
  return answer.status;
};
const hasRoom = async () => (await statusOf()) === 200;

/** That exactly as many calls fit as if none had been made. */
async function expectNoneCounted(): Promise<void> {
  await until('there is room', hasRoom);
  const clients = [await openStream(), await openStream()];
  expect(await statusOf()).toBe(429);
  for (const { socket } of clients) socket.destroy();
  await until('there is room again', hasRoom);
}

describe('a key with callsMax calls in progress', () => {
  it('gets no room for a body that is read before the decision, which counts once', async () => {
    const routes = gateway.config.routes.map((each) => ({ ...each, inspect: 'openai' as const }));
    gateway.reload({ ...gateway.config, routes });
    const begin = async () => {
      const client = await connectRaw(gateway.address);
      client.send(
        `POST /quick HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${secret}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{`,
      );
      return client;
    };
    const first = await begin();
    const second = await begin();
    const bodies = /^tollkeeper_gateway_inspected_bytes 8192$/m;
    await until('both are read', async () =>
      bodies.test(await (await fetch(`${gateway.adminUrl}/metrics`)).text()),
    );
    const third = await begin();
    await third.receives(/^HTTP\/1\.1 429 .*rate_limited/s);
    for (const client of [first, second]) {
      client.send('}');
      await client.receives(/ 200 OK.*quick/s);
    }
    expect(gateway.fleet.counted.map(({ accepted }) => accepted)).toEqual([false, true, true]);
    await until('there is room again', hasRoom);
    for (const client of [first, second, third]) client.socket.destroy();
  });

  it('is answered 429 with the reason, when to try again, and a denied call', async () => {
    const clients = [await openStream(), await openTunnel()];
    const answer = await fetch(`${gateway.url}/quick`, { headers: { 'x-api-key': secret } });
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(await answer.json()).toMatchObject({
      code: 'rate_limited',
      detail:
        'This API key has 2 calls in progress, and the gateway allows no more. Wait until one ends, then try again.',
      error: { type: 'rate_limit_error' },
    });
    expect(gateway.fleet.counted.map(({ accepted }) => accepted)).toEqual([true, true, false]);
    const refused = await open('/', 'Connection: Upgrade', 'Upgrade: a');
    expect(await refused.closes()).toMatch(/^HTTP\/1\.1 429 /);
    for (const { socket } of clients) socket.destroy();
  });

  it('leaves all other keys alone', async () => {
    const clients = [await openStream(), await openStream()];
    const other = gateway.fleet.addKey({ keyId: 'key_00000000000000000002' });
    expect(await statusOf(other)).toBe(200);
    for (const { socket } of clients) socket.destroy();
  });

  it('is bounded by the configuration that was read last', async () => {
    const clients = [await openStream(), await openStream()];
    gateway.reload({ ...gateway.config, perKey: { callsMax: 3 } });
    expect(await statusOf()).toBe(200);
    gateway.reload({ ...gateway.config, perKey: { callsMax: 1 } });
    clients[0]?.socket.destroy();
    await until('one has ended', () => begun[0]?.destroyed);
    expect(await statusOf()).toBe(429);
    gateway.reload({ ...gateway.config, perKey: { callsMax: null } });
    expect(await statusOf()).toBe(200);
    clients[1]?.socket.destroy();
  });
});

describe('a call counts no longer', () => {
  it('once its answer has ended', async () => {
    const clients = [await openStream(), await openStream()];
    for (const each of begun) each.end();
    for (const client of clients) await client.receives('\r\n0\r\n\r\n');
    await expectNoneCounted();
    for (const { socket } of clients) socket.destroy();
  });

  it('once its client is gone', async () => {
    const clients = [await openStream(), await openStream()];
    for (const { socket } of clients) socket.destroy();
    await expectNoneCounted();
  });

  it('once its upstream breaks off, before the answer or in it', async () => {
    for (let i = 0; i < 3; i++) {
      expect(await (await open('/fails')).receives('upstream_failed')).toMatch(/ 502 /);
    }
    const clients = [await openStream(), await openStream()];
    for (const each of begun) each.destroy();
    for (const client of clients) await client.closes();
    await expectNoneCounted();
  });

  it('once its tunnel ends, from either side, or is refused', async () => {
    const clients = [await openTunnel(), await openTunnel()];
    expect(await statusOf()).toBe(429);
    clients[0]?.socket.destroy();
    upgraded[1]?.destroy();
    await clients[1]?.closes();
    await until('there is room', hasRoom);
    for (let i = 0; i < 3; i++) {
      const denied = await open('/denied', 'Connection: Upgrade', 'Upgrade: a');
      expect(await denied.closes()).toMatch(/^HTTP\/1\.1 426 /);
    }
    await expectNoneCounted();
  });

  it('when it was pipelined behind others and never answered', async () => {
    const client = await connectRaw(gateway.address);
    client.send(head('/stream') + head('/stream'));
    await until('both are in progress', async () => begun.length === 2);
    expect(await statusOf()).toBe(429);
    client.socket.destroy();
    await expectNoneCounted();
  });

  it('when its count cannot be stored', async () => {
    gateway.fleet.fault = new Error('disk full');
    for (let i = 0; i < 3; i++) expect(await statusOf()).toBe(503);
    gateway.fleet.fault = undefined;
    await expectNoneCounted();
  });

  it('however calls end at random: none is left over', async () => {
    for (let round = 0; round < 20; round++) {
      const clients = [await open('/stream'), await open('/', 'Connection: Upgrade', 'Upgrade: a')];
      // Those of the round before may not have ended yet.
      const answered = /some|rate_limited/;
      if (round % 3 === 0) for (const client of clients) await client.receives(answered);
      if (round % 4 === 0) for (const each of [...begun, ...upgraded]) each.destroy();
      for (const { socket } of clients) socket.destroy();
    }
    await expectNoneCounted();
  });
});
