import { isIP } from 'node:net';
import { buildConnector } from 'undici';

/** As an upstream's end of a connection shows: by its end or a reset, in reading or in writing. */
const CLOSED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

const ofKept = new WeakSet<Error>();

/** @param timeoutMs for a connection to stand; 0 waits for ever */
export function createConnector(timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({ allowH2: false, timeout: timeoutMs });
  return (options, callback) => {
    // TLS has no names of addresses (RFC 6066, 3); requests carry one all the same, in place of Host.
    const servername = isIP(options.servername ?? '') === 0 ? (options.servername ?? '') : '';
    connect({ ...options, servername }, (...made) => {
      const [, socket] = made;
      // Nothing else tells of a reset which connection it was of. Costs the requests nothing.
      socket?.on('error', (error: NodeJS.ErrnoException) => {
        if (socket.bytesRead > 0 && CLOSED.has(error.code ?? '')) ofKept.add(error);
      });
      callback(...made);
    });
  };
}

/** Whether a connection broke, in reading or in writing. */
export function isConnectionBroken(error: Error): boolean {
  return CLOSED.has((error as NodeJS.ErrnoException).code ?? '');
}

/** Whether the upstream closed a connection that had brought something before. */
export function isKeptClosed(error: Error): boolean {
  return ofKept.has(error);
}
