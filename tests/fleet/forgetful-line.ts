/** Stands between a gateway and its control plane, and loses the word that counts were taken. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ForgetfulLine {
  /** What the gateway takes for the control plane. */
  readonly baseUrl: string;
  /** How often the word was lost, each time with the connection. */
  lost(): number;
  mend(): void;
}

const STORED = Buffer.from('"usage-stored"');

/** Loses every other word: what is sent again goes through. */
export async function startForgetfulLine(target: string): Promise<ForgetfulLine> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let [words, lost, isMended] = [0, 0, false];

  const server = createServer((gateway) => {
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
    gateway.pipe(controlPlane);
    controlPlane.on('data', (bytes: Buffer) => {
      if (bytes.includes(STORED)) words += 1;
      if (isMended || !bytes.includes(STORED) || words % 2 === 0) {
        gateway.write(bytes);
        return;
      }
      lost += 1;
      gateway.destroy();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lost: () => lost,
    mend: () => {
      isMended = true;
    },
  };
}
