import type { AddressInfo, Server } from 'node:net';
import type { Address } from './config/address.ts';

/** @returns the address in use. @throws Error of listen() */
export async function listen(server: Server, { host, port }: Address): Promise<Address> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { host, port: (server.address() as AddressInfo).port };
}
