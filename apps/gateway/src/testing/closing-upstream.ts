/** For tests: an upstream over bare connections, which may close one instead of answering. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { closeLater } from './close-later.ts';

/** One time that a request came. */
export interface Try {
  readonly socket: Socket;
  /** Head and body, as far as they came at once. */
  readonly text: string;
  /** Whether the connection has carried a request before. */
  readonly isKept: boolean;
}

export interface ClosingUpstream {
  readonly url: string;
  /** Those of all requests, in the order in which they came. */
  readonly tries: readonly Try[];
}

/** @param take answers the request, or does not */
export async function startClosingUpstream(take: (each: Try) => void): Promise<ClosingUpstream> {
  const tries: Try[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    let count = 0;
    let text = '';
    socket
      .on('error', () => undefined)
      .once('close', () => open.delete(socket))
      .setEncoding('latin1')
      .on('data', (part) => {
        text += part;
        if (!text.includes('\r\n\r\n')) return;
        const each = { socket, text, isKept: count++ > 0 };
        text = '';
        tries.push(each);
        take(each);
      });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closeLater(async () => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, tries };
}
