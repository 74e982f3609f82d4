/** socket.io, which begins with requests that wait for an answer and changes to a WebSocket. */
import { Server } from 'socket.io';
import { io, type ManagerOptions, type SocketOptions } from 'socket.io-client';
import { beforeEach, expect, it } from 'vitest';
import { closeLater } from '../testing/close-later.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

let gateway: TestGateway;
let heads: string[];
let gone: string[];

beforeEach(async () => {
  heads = [];
  gone = [];
  const upstream = await startUpstream((_, res) => res.writeHead(404).end());
  const server = new Server(upstream.server);
  closeLater(() => server.close());
  server.engine.on('initial_headers', (_, req) => heads.push(req.rawHeaders.join('\n')));
  server.on('connection', (socket) => {
    socket.on('whoami', (reply) => reply(socket.handshake.headers['x-tollkeeper-key-id']));
    socket.on('fail', () => socket.disconnect());
    socket.once('disconnect', (reason) => gone.push(reason));
  });
  const { routes } = await testConfig(upstream.url);
  gateway = await startTestGateway(upstream.url, {
    routes: routes.map((each) => ({ ...each, credentials: ['x-app-key'] })),
  });
});

function open(key: string, options: Partial<ManagerOptions & SocketOptions> = {}) {
  const extraHeaders = { 'X-App-Key': key };
  const socket = io(gateway.url, { extraHeaders, reconnection: false, forceNew: true, ...options });
  const errors: string[] = [];
  socket.on('connect_error', (error) => {
    errors.push(`${error.message} ${JSON.stringify('description' in error && error.description)}`);
  });
  return { socket, errors };
}

it('changes from requests to a WebSocket', async () => {
  const { socket } = open(gateway.fleet.addKey());
  expect(await socket.emitWithAck('whoami')).toBe('key_00000000000000000001');
  const { engine } = socket.io;
  await until('it is a WebSocket', () => engine.transport.name === 'websocket');
  expect(await socket.emitWithAck('whoami')).toBe('key_00000000000000000001');
  for (const head of heads) expect(head).not.toMatch(/tk_live_/);
  socket.disconnect();
  await until('the server knows', () => gone.length > 0);
});

it.each(['polling', 'websocket'])('works by %s alone, and ends from either end', async (name) => {
  const options = { transports: [name] };
  const { socket } = open(gateway.fleet.addKey(), options);
  expect(await socket.emitWithAck('whoami')).toBe('key_00000000000000000001');
  socket.emit('fail');
  await until('the client knows', () => socket.disconnected);
  const { socket: other } = open(gateway.fleet.addKey(), options);
  await other.emitWithAck('whoami');
  other.disconnect();
  await until('the server knows', () => gone.includes('client namespace disconnect'));
});

it.each(['polling', 'websocket'])('shows by %s that a key is refused', async (name) => {
  const { errors } = open(gateway.fleet.addKey({ status: 'revoked' }), { transports: [name] });
  await until('it fails', () => errors.length > 0);
  expect(errors[0]).toMatch(/401|websocket error/);
  expect(heads).toEqual([]);
});
