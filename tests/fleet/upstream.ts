import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atFileEnd } from '../../apps/control-plane/src/testing/at-file-end.ts';

/** What stands behind the gateways of a test. */
export async function startUpstream(
  listener: RequestListener = (_request, response) => response.end('served'),
): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  atFileEnd(async () => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
