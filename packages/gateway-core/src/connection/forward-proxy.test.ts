import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openForwardProxy } from './forward-proxy.ts';

const SLOW_MS = 60_000;

let server: Server;
let address: string;
let connected: PromiseWithResolvers<Socket>;

beforeEach(async () => {
  connected = Promise.withResolvers();
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    connected.resolve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  (await connected.promise).destroy();
  server.close();
});

it('gives up a proxy that does not answer, and leaves no connection open to it', async () => {
  const proxy = openForwardProxy(address, 50);
  await expect(proxy.fetch('https://keys.example.com')).rejects.toThrow(
    `the proxy http://${address} cannot be reached: it did not answer within 50 ms`,
  );
  const socket = await connected.promise;
  await new Promise((resolve) => socket.once('close', resolve).resume());
});

it('stops waiting at once when it is asked to', async () => {
  const proxy = openForwardProxy(address, SLOW_MS);
  const ending = new AbortController();
  const answer = proxy.fetch('https://keys.example.com', { signal: ending.signal });
  await connected.promise;
  ending.abort(new Error('it stops'));
  await expect(answer).rejects.toThrow('it stops');
});

it.each([
  [
    'HTTP/1.1 407 Proxy Authentication Required',
    'refuses the connection: 407 Proxy Authentication',
  ],
  ['HTTP/1.1 403', 'refuses the connection: 403'],
  ['nonsense', 'refuses the connection: no status$'],
  ['HTTP/1.1 407 user:p@ss', 'refuses the connection: 407 Proxy Authentication Required[.] Set'],
  ['HTTP/1.1 407 P\r\nuser p@ss', 'cannot be reached: Invalid header[^"]*$'],
])('says what the proxy answers, but no credentials that it repeats: %s', async (line, reason) => {
  const proxy = openForwardProxy(`http://user:p%40ss@${address}`, SLOW_MS);
  const answer = proxy.fetch('https://keys.example.com').catch((error: unknown) => error);
  const socket = await connected.promise;
  const asked = await new Promise((resolve) => socket.once('data', resolve));
  expect(String(asked)).toMatch(/^CONNECT keys\.example\.com:443 HTTP\/1\.1\r\n/);
  expect(String(asked)).toContain(`Basic ${Buffer.from('user:p@ss').toString('base64')}\r\n`);
  socket.end(`${line}\r\n\r\n`);
  expect(await answer).toHaveProperty(
    'message',
    expect.stringMatching(new RegExp(`the proxy http://${address} (?:${reason})`)),
  );
  expect(inspect(await answer)).not.toContain('p@ss');
});
