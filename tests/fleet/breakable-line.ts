/** Stands between a gateway and its control plane, and can be cut. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface BreakableLine {
  /** What the gateway takes for the control plane. */
  readonly baseUrl: string;
  cut(): void;
  mend(): void;
}

export async function startBreakableLine(target: string): Promise<BreakableLine> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((gateway) => {
    if (isCut) return void gateway.destroy();
    const controlPlane = connect(Number(port), hostname);
    for (const socket of [gateway, controlPlane]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .once('close', () => {
          sockets.delete(socket);
          gateway.destroy();
          controlPlane.destroy();
        });
    }
    gateway.pipe(controlPlane).pipe(gateway);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const endAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    server.close();
    endAll();
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true;
      endAll();
    },
    mend() {
      isCut = false;
    },
  };
}
