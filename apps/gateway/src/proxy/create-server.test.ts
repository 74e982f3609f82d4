import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { connectRaw } from '../testing/raw-client.ts';
import { startTestGateway, startUpstream } from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

const STARTED = 'http.server.request.start';

interface Started {
  readonly request: { readonly url?: string };
  readonly response: ServerResponse;
  readonly server: Server;
  readonly socket: Socket;
}

it('ends a connection that has been silent for too long, unless an answer is waited for', async () => {
  const waiting: ServerResponse[] = [];
  const { url } = await startUpstream((_, res) => void waiting.push(res));
  const gateway = await startTestGateway(url);
  const started: Started[] = [];
  const note = (message: unknown) => void started.push(message as Started);
  subscribe(STARTED, note);
  onTestFinished(() => void unsubscribe(STARTED, note));
  const client = await connectRaw(gateway.address);
  client.send(`GET /held HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${gateway.fleet.addKey()}\r\n\r\n`);
  await until('the upstream is asked', () => waiting.length === 1);
  // The upstream is asked for the same address: the first of them is the client's.
  const { server, socket, response } = started.find(
    ({ request }) => request.url === '/held',
  ) as Started;
  server.emit('timeout', socket);
  expect(socket.destroyed).toBe(false);
  waiting[0]?.end('held');
  expect(await client.receives('held')).toMatch(/^HTTP\/1\.1 200 /);
  await until('the answer has ended', () => response.closed);
  server.emit('timeout', socket);
  expect(socket.destroyed).toBe(true);
  await client.closes();
});

it('decides nothing for a connection that broke off in its head', async () => {
  const { url } = await startUpstream((_, res) => res.end());
  const gateway = await startTestGateway(url);
  const metrics = async () => (await fetch(`${gateway.adminUrl}/metrics`)).text();
  const client = await connectRaw(gateway.address);
  client.send('GET /held HT');
  await until('connected', async () => (await metrics()).includes('gateway_connections 1\n'));
  client.socket.resetAndDestroy();
  await until('gone', async () => (await metrics()).includes('gateway_connections 0\n'));
  expect(await metrics()).not.toContain('malformed');
});
