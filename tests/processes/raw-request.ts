/** Requests on sockets of their own, which stop half-way, or wait. */
import { connect, type Socket } from 'node:net';
import { until } from '../../apps/gateway/src/testing/until.ts';
import type { Key } from './keys.ts';

export interface RawConnection {
  readonly socket: Socket;
  /** What the server has sent. */
  readonly received: () => string;
  readonly isClosed: () => boolean;
}

export async function openConnection(baseUrl: string): Promise<RawConnection> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  let text = '';
  let closed = false;
  socket.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  socket
    .on('error', () => undefined)
    .once('close', () => {
      closed = true;
    });
  await until('connected', () => socket.readyState === 'open');
  return { socket, received: () => text, isClosed: () => closed };
}

export interface BegunRequest extends RawConnection {
  /** Sends the rest, and gives the answer. */
  finish(): Promise<string>;
}

/** Sends the request but for the last byte of its body, once the server has its head. */
export async function beginRequest(
  baseUrl: string,
  method: string,
  path: string,
  key: Key,
  body: string,
): Promise<BegunRequest> {
  const connection = await openConnection(baseUrl);
  const { socket, received } = connection;
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${key.secret}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    // The server's "100 Continue" says that it has read the head.
    'Expect: 100-continue',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await until('asked to go on', () => received().startsWith('HTTP/1.1 100'));
  socket.write(body.slice(0, -1));
  return {
    ...connection,
    async finish() {
      socket.write(body.slice(-1));
      return until(
        'answered',
        () => received().split('\r\n\r\n').slice(1).join('\r\n\r\n') || false,
      );
    },
  };
}
