import { type AddressInfo, createServer } from 'node:net';

export interface HeldPort {
  readonly port: number;
  release(): Promise<void>;
}

/**
 * Holds a free port until the server can listen on it, seconds later. Everything that names the server
 * has to name its port before that.
 */
export async function holdFreePort(host: string): Promise<HeldPort> {
  const holder = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    holder.once('error', reject).listen(0, host, resolve);
  });
  return {
    port: (holder.address() as AddressInfo).port,
    release: () =>
      new Promise((resolve) => {
        holder.close(() => resolve());
      }),
  };
}
