/** For tests: an upstream that answers each path with bytes of the test's own, once. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { closeLater } from './close-later.ts';

/** What becomes of one request. */
export interface Script {
  /** Latin-1, in the parts that are written one after another. */
  readonly parts: readonly string[];
  readonly isReset?: boolean | undefined;
  /** Leaves the connection open. */
  readonly waits?: boolean | undefined;
}

const PATH = /^\S+ (\S+) /;

/** @param scriptOf the path */
export async function startScriptedUpstream(
  scriptOf: (path: string) => Script | undefined,
): Promise<string> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    let head = '';
    open.add(socket);
    const take = (part: string) => {
      head += part;
      if (!head.includes('\r\n\r\n')) return;
      // What else comes is dropped.
      socket.off('data', take).resume();
      const [, path = ''] = PATH.exec(head) ?? [];
      const script = scriptOf(path);
      if (script) play(socket, script);
      else socket.destroy();
    };
    socket
      .on('error', () => undefined)
      .once('close', () => open.delete(socket))
      .setEncoding('latin1')
      .on('data', take);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closeLater(async () => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

function play(socket: Socket, { parts: [part, ...parts], isReset, waits }: Script): void {
  if (part !== undefined) {
    // The next one after this one is on its way, so that they come apart.
    socket.write(part, 'latin1', () => setImmediate(play, socket, { parts, isReset, waits }));
  } else if (waits) return;
  else if (isReset) socket.resetAndDestroy();
  else socket.end();
}
