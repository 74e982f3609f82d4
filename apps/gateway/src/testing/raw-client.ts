/** For tests: bytes on a connection of one's own, and what comes back. */
import { connect, type Socket } from 'node:net';
import type { Address } from '../config/address.ts';
import { until } from './until.ts';

export interface RawClient {
  readonly socket: Socket;
  send(text: string): void;
  /** All that came, in latin1. */
  received(): string;
  isClosed(): boolean;
  /** Whether the connection was reset. */
  isReset(): boolean;
  /** Resolves when what came holds the text, or matches. */
  receives(what: string | RegExp): Promise<string>;
  closes(): Promise<string>;
}

export async function connectRaw({ host, port }: Address): Promise<RawClient> {
  const socket = connect(port, host);
  let text = '';
  let closed = false;
  let reset = false;
  socket.setEncoding('latin1').on('data', (part) => {
    text += part;
  });
  socket
    .on('error', (error: NodeJS.ErrnoException) => {
      reset ||= error.code === 'ECONNRESET';
    })
    .once('close', () => {
      closed = true;
    });
  await new Promise((resolve) => socket.once('connect', resolve));
  return {
    socket,
    send: (bytes) => void socket.write(bytes, 'latin1'),
    received: () => text,
    isClosed: () => closed,
    isReset: () => reset,
    receives: (what) =>
      until(`received ${what}`, () => {
        const isThere = typeof what === 'string' ? text.includes(what) : what.test(text);
        return isThere && text;
      }),
    closes: () => until('closed', () => closed && text),
  };
}

/** Sends the bytes, and gives all that comes until the connection ends. */
export async function exchange(address: Address, bytes: string): Promise<string> {
  const client = await connectRaw(address);
  client.send(bytes);
  client.socket.once('data', () => client.socket.end());
  return client.closes();
}
