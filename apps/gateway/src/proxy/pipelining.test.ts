import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { connectRaw } from '../testing/raw-client.ts';
import { startTestGateway, startUpstream } from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

async function start() {
  const waiting: ServerResponse[] = [];
  let gone = 0;
  const { url } = await startUpstream((req, res) => {
    req.on('error', () => undefined).resume();
    res.once('close', () => {
      if (!res.writableFinished) gone++;
    });
    if (req.url?.startsWith('/wait')) waiting.push(res);
    else req.once('end', () => res.end(`${req.method} ${req.url}`));
  });
  const gateway = await startTestGateway(url);
  const client = await connectRaw(gateway.address);
  const head = (line: string) =>
    `${line} HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\n`;
  return { gateway, client, head, waiting, gone: () => gone };
}

it('answers requests that are sent ahead in their order, and counts each', async () => {
  const { gateway, client, head, waiting } = await start();
  const requests = [
    `${head('GET /wait')}\r\n`,
    `${head('POST /second')}Content-Length: 3\r\n\r\nabc`,
    `${head('GET /third')}Connection: close\r\n\r\n`,
  ];
  client.send(requests.join(''));
  await until('all came', () => waiting.length === 1 && gateway.fleet.counted.length === 3);
  waiting[0]?.end('GET /first');
  const text = await client.closes();
  expect(text.match(/(?:GET|POST) \/[a-z]+/g)).toEqual([
    'GET /first',
    'POST /second',
    'GET /third',
  ]);
});

it('takes along all that were sent ahead when their client goes', async () => {
  const { gateway, client, head, waiting, gone } = await start();
  const upload = `${head('POST /wait')}Content-Length: 9\r\n\r\nabc`;
  client.send(`${head('GET /wait')}\r\n${head('GET /wait')}\r\n${upload}`);
  await until('all came', () => waiting.length === 3);
  client.socket.destroy();
  await until('the upstream knows', () => gone() === 3);
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  expect(metrics).toContain('tollkeeper_gateway_connections 0\n');
});

it('answers no request in the place of one that was sent before', async () => {
  const { client, head, waiting } = await start();
  client.send(`${head('GET /wait')}\r\n`);
  await until('it came', () => waiting.length === 1);
  client.send('this is no request\r\n\r\n');
  expect(await client.closes()).toBe('');
});

it('answers no CONNECT in the place of a request that was sent before', async () => {
  const { client, head, waiting } = await start();
  client.send(`${head('GET /wait')}\r\n`);
  await until('it came', () => waiting.length === 1);
  client.send('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(await client.closes()).toBe('');
});

it.each(['with', 'without'])(
  'upgrades nothing behind an answer that is under way, %s a key',
  async (which) => {
    const { gateway, client, head, waiting } = await start();
    const first = which === 'with' ? head('GET /wait') : 'GET /wait HTTP/1.1\r\nHost: a\r\n';
    client.send(
      `${first}\r\n${head('GET /then')}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    if (which === 'with') {
      await until('it came', () => waiting.length === 1);
      waiting[0]?.end('GET /wait');
    }
    expect(await client.receives('GET /then')).toContain(which === 'with' ? ' 200 ' : ' 401 ');
    const other = await connectRaw(gateway.address);
    other.send(`${head('GET /alive')}\r\n`);
    await other.receives('GET /alive');
  },
);

it('closes the connection behind a request that it does not upgrade: what was sent ahead is lost', async () => {
  const { client, head } = await start();
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc';
  client.send(`${head('POST /first')}${upgrade}${head('GET /second')}\r\n`);
  const text = await client.closes();
  expect(text).toMatch(/^HTTP\/1\.1 200 .*\r\nConnection: close\r\n.*POST \/first$/s);
});

it('keeps the connection of a client that offers h2c, and waits for the answer', async () => {
  const { client, head } = await start();
  for (const path of ['/first', '/second']) {
    client.send(`${head(`GET ${path}`)}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`);
    await client.receives(`GET ${path}`);
  }
  client.socket.destroy();
});

it('has 16 of those that were sent ahead under way, and answers all in their order', async () => {
  const { gateway, client, head, waiting } = await start();
  const paths = Array.from({ length: 200 }, (_, at) => `/wait?${at}`);
  const upload = `${head('POST /last')}Content-Length: 100000\r\n\r\n${'x'.repeat(50_000)}`;
  client.send(`${paths.map((each) => `${head(`GET ${each}`)}\r\n`).join('')}${upload}`);
  await until('some came', () => waiting.length >= 16);
  expect(gateway.fleet.counted).toHaveLength(16);
  let answered = 0;
  await until('all came', () => {
    for (const res of waiting.splice(0)) {
      res.end(`${res.req.url};`);
      answered++;
    }
    return answered === paths.length;
  });
  client.send('x'.repeat(50_000));
  const text = await client.receives('POST /last');
  expect(text.match(/\/wait\?\d+/g)).toEqual(paths);
});

/** Requests that servers of this process have read since now. */
function countRead(): () => number {
  let count = 0;
  const add = () => void count++;
  subscribe('http.server.request.start', add);
  onTestFinished(() => void unsubscribe('http.server.request.start', add));
  return () => count;
}

it.each([
  ['', ''],
  [', also behind one whose body is read meanwhile', 'Content-Length: 3\r\n\r\nabc'],
])('reads no more of a connection while many of its requests wait%s', async (_, body) => {
  const { gateway, client, head, waiting } = await start();
  const read = countRead();
  const first = `${head('POST /wait')}${body || 'Content-Length: 0\r\n\r\n'}`;
  client.send(first + `${head('GET /wait')}\r\n`.repeat(20_000));
  await until('some came', () => waiting.length === 16);
  const other = await connectRaw(gateway.address);
  for (let turn = 1; turn <= 30; turn++) {
    other.send(`${head('GET /other')}\r\n`);
    await until('answered', () => other.received().split('GET /other').length > turn);
  }
  expect(read()).toBeLessThan(2000);
});

it('begins none of those that wait when their client goes', async () => {
  const { gateway, client, head, waiting, gone } = await start();
  client.send(`${head('GET /wait')}\r\n`.repeat(40));
  await until('some came', () => waiting.length === 16);
  client.socket.resetAndDestroy();
  waiting[0]?.end('x'.repeat(100_000));
  waiting[1]?.end('x'.repeat(100_000));
  await until('the upstream knows', () => gone() >= 14);
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  expect(metrics).toContain('tollkeeper_gateway_connections 0\n');
  expect(waiting.length).toBeLessThan(19);
});
