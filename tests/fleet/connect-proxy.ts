/** A forward proxy: opens tunnels (CONNECT), whatever the name of their end, to where a test says. */
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ConnectProxy {
  readonly port: number;
  /** What was asked for, as `host:port`. */
  readonly asked: string[];
  /** How many further tunnels it opens. */
  allow(count: number): void;
}

/** @param credentials `user:password`, asked for where given */
export async function startConnectProxy(
  targetPort: number,
  credentials?: string,
): Promise<ConnectProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  let allowed = Number.POSITIVE_INFINITY;
  const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  const server = createServer((_, res) => res.writeHead(405).end());
  server.on('connect', ({ url = '', headers }, client: Socket, head) => {
    client.on('error', () => undefined);
    if (expected && headers['proxy-authorization'] !== expected) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    asked.push(url);
    if (allowed-- <= 0) {
      client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const target = connect(targetPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(client).pipe(target);
    });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .once('close', () => {
          client.destroy();
          target.destroy();
        });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    allow(count) {
      allowed = count;
    },
  };
}
