import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { createBatchingSocket } from './connect.ts';

it('keeps what is written in one turn of the event loop together, and sends it in order', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const received = once(server, 'connection').then(([connection]) => text(connection));
  const socket = createBatchingSocket();
  socket.connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');

  for (const part of ['begin; ', 'select 1; ']) socket.write(part);
  expect(socket.writableCorked).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(socket.writableCorked).toBe(0);
  socket.end('commit');

  expect(await received).toBe('begin; select 1; commit');
});
