import type { Address } from '../config/address.ts';
import { listen } from '../listen.ts';
import { type Admin, createAdminServer } from './admin-server.ts';

/** @throws Error of listen() */
export async function startAdmin(at: Address, admin: Admin) {
  const server = createAdminServer(admin);
  const address = await listen(server, at, 'admin');
  return {
    address,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
