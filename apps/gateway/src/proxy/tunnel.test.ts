import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { isUpgradeable, watchUpgrade } from './tunnel.ts';

function openSocket(): Socket {
  const socket = new Socket();
  onTestFinished(() => void socket.destroy());
  return socket;
}

function asking(headers: Readonly<Record<string, string>>, httpVersion = '1.1'): IncomingMessage {
  const [major, minor] = httpVersion.split('.').map(Number);
  const request = new IncomingMessage(openSocket());
  return Object.assign(request, { headers, httpVersionMajor: major, httpVersionMinor: minor });
}

it.each([
  ['websocket', { upgrade: 'websocket' }],
  ['a protocol with its version', { upgrade: 'foo/2' }],
  ['several protocols', { upgrade: 'websocket, foo/2' }],
  ['a body that is empty', { upgrade: 'websocket', 'content-length': '0' }],
])('upgrades a request for %s', (_, headers) => {
  expect(isUpgradeable(asking(headers))).toBe(true);
});

it.each([
  ['that does not ask', {}],
  ['that has a body', { upgrade: 'websocket', 'content-length': '1' }],
  ['whose body has no known length', { upgrade: 'websocket', 'transfer-encoding': 'chunked' }],
  ['for a protocol that is no token', { upgrade: 'web socket' }],
  ['for a protocol that some take for HTTP', { upgrade: '"h2c"' }],
  ['for HTTP/2', { upgrade: 'h2c' }],
  ['for HTTP/2 beside another protocol', { upgrade: 'websocket, H2C' }],
  ['for HTTP', { upgrade: 'HTTP/2.0' }],
  ['for TLS', { upgrade: 'TLS/1.0' }],
  ['for SPDY', { upgrade: 'spdy/3.1' }],
])('does not upgrade a request %s', (_, headers) => {
  expect(isUpgradeable(asking(headers))).toBe(false);
});

it('does not upgrade a request of HTTP/1.0', () => {
  expect(isUpgradeable(asking({ upgrade: 'websocket' }, '1.0'))).toBe(false);
});

it('stops reading from a client that sends more than 64 KiB before it is answered', () => {
  const socket = openSocket();
  const upgrade = watchUpgrade(socket, Buffer.alloc(1024));
  socket.emit('data', Buffer.alloc(63 * 1024));
  expect(socket.isPaused()).toBe(false);
  socket.emit('data', Buffer.alloc(1));
  expect(socket.isPaused()).toBe(true);
  expect(Buffer.concat(upgrade.take())).toHaveLength(64 * 1024 + 1);
});
