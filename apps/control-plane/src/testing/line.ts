/** An address for gateways that stays the same while control planes come and go. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Line {
  readonly baseUrl: string;
  /** Where it leads from now on; connections that stand are cut. */
  aim(target: { readonly baseUrl: string }): void;
}

export async function startLine(): Promise<Line> {
  const sockets = new Set<Socket>();
  let target: URL | undefined;
  const server = createServer((gateway) => {
    if (!target) return void gateway.destroy();
    const controlPlane = connect(Number(target.port), target.hostname);
    for (const socket of [gateway, controlPlane]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        gateway.destroy();
        controlPlane.destroy();
      });
    }
    gateway.pipe(controlPlane).pipe(gateway);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    server.close();
    cut();
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    aim({ baseUrl }) {
      target = new URL(baseUrl);
      cut();
    },
  };
}
