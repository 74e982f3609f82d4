import type { AddressInfo, Server } from 'node:net';
import { type Address, formatAddress } from './config/address.ts';

/**
 * @param setting what states the address
 * @returns the address in use. @throws Error of listen(), which names the setting
 */
export async function listen(
  server: Server,
  { host, port }: Address,
  setting: 'listen' | 'admin',
): Promise<Address> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      error.message = listenFault(error, formatAddress({ host, port }), setting);
      reject(error);
    };
    server.once('error', fail).listen({ host, port }, () => {
      server.off('error', fail);
      resolve();
    });
  });
  return { host, port: (server.address() as AddressInfo).port };
}

function listenFault(
  { code, message }: NodeJS.ErrnoException,
  at: string,
  setting: string,
): string {
  const reason = code === 'EADDRINUSE' ? 'another process uses this address' : message;
  return `Cannot listen at ${at}: ${reason}. Choose another with --${setting}, or "${setting}" in gateway.yaml.`;
}
