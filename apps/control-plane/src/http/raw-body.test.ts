import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { defineRoute } from '@tollkeeper/contract';
import Fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { DomainError } from '../domain-error.ts';
import { largeBodyGuard, registerRawBody } from './raw-body.ts';

const route = defineRoute({
  ...{ method: 'POST', path: '/reports', access: 'public', summary: '', tag: '' },
  rawBody: {
    ...{ contentType: 'application/json', bytesMax: 8 * 1024 * 1024 },
    ...{ signatureHeader: 'signature', keyIdHeader: 'key-id' },
  },
  ...{ status: 204, errors: [] },
});
const SIGNED = 'Signature: x\r\nKey-Id: 1\r\n';

async function start(): Promise<number> {
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) =>
    reply.status(429).send(error instanceof DomainError ? error.code : 'internal'),
  );
  const handler = async () => 'whole';
  registerRawBody(app, route.rawBody, {
    ...{ method: route.method, url: route.path, handler },
    ...largeBodyGuard(route),
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => app.close());
  return (app.server.address() as AddressInfo).port;
}

/** A request of which nothing of the body has come. @param from an address of this machine */
function open(port: number, from: string, headers = SIGNED): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  onTestFinished(() => void socket.destroy());
  socket.write(
    `POST /reports HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n${headers}\r\n`,
  );
  return socket;
}

/** One whose head the server has read. */
async function openSlowly(port: number, from: string): Promise<Socket> {
  const socket = open(port, from, `${SIGNED}Expect: 100-continue\r\n`);
  await once(socket, 'data');
  return socket;
}

async function answerOf(socket: Socket): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString().split('\r\n\r\n')[1] ?? '';
}

it('networks that send slowly shut out no other, and many together are bounded', async () => {
  const port = await start();
  const slow = await Promise.all(Array.from({ length: 4 }, () => openSlowly(port, '127.0.0.2')));
  expect(await answerOf(open(port, '127.0.0.2'))).toBe('rate_limited');
  const others = await Promise.all(
    Array.from({ length: 12 }, (_, at) => openSlowly(port, `127.0.0.${3 + (at % 3)}`)),
  );
  const [oldest] = slow;
  if (!oldest) throw new Error('None is open');
  const ended = once(oldest, 'close');
  const further = await openSlowly(port, '127.0.0.9');
  await ended;
  expect(await answerOf(open(port, '127.0.0.2'))).toBe('rate_limited');
  const left = [...slow.slice(1), ...others, further];
  for (const socket of left) socket.write('{}');
  expect(await Promise.all(left.map(answerOf))).toEqual(Array(16).fill('whole'));
  const [last] = others;
  last?.destroy();
  const next = open(port, '127.0.0.2');
  next.write('{}');
  expect(await answerOf(next)).toBe('whole');
});

it('a body without its signature is refused unread', async () => {
  const port = await start();
  expect(await answerOf(open(port, '127.0.0.2', 'Signature: x\r\n'))).toBe('signature_invalid');
});
