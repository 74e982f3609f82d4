import { connect, type Socket } from 'node:net';

/**
 * Asks over raw sockets, each with one request under way, for a fixed time. Hand-made because it
 * must not be what limits: it writes a ready text and reads no more of an answer than its length.
 */
export interface Load {
  readonly port: number;
  readonly durationMs: number;
  /** The next request, whole, as it goes over the wire. */
  readonly nextRequest: () => string;
}

const CONNECTIONS = 32;
const OK = 'HTTP/1.1 200 ';

/** @returns answers per second. @throws Error at the first answer that is not 200 */
export async function generateLoad(load: Load): Promise<number> {
  const startedAt = performance.now();
  const sleep = stayAwake();
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => askUntil(load, startedAt + load.durationMs)),
  ).finally(sleep);
  const seconds = (performance.now() - startedAt) / 1000;
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
}

/**
 * Asks the kernel for answers without waiting for them: whoever writes to a process that sleeps
 * pays for waking it, and a client elsewhere on a network costs a server nothing of that kind.
 * @returns what ends it
 */
function stayAwake(): () => void {
  let next = setImmediate(function poll() {
    next = setImmediate(poll);
  });
  return () => clearImmediate(next);
}

/** @returns how many answers one connection got until the time is over. */
function askUntil({ port, nextRequest }: Load, endAt: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let answers = 0;
    let received = '';
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(nextRequest(), 'latin1'));
    socket.setNoDelay(true).setEncoding('latin1');
    socket.once('error', reject);
    socket.once('close', () => resolve(answers));
    socket.on('data', (text: string) => {
      received += text;
      if (!isWhole(received)) return;
      if (!received.startsWith(OK)) return socket.destroy(new Error(received));
      answers += 1;
      received = '';
      if (performance.now() < endAt) socket.write(nextRequest(), 'latin1');
      else socket.destroy();
    });
  });
}

function isWhole(answer: string): boolean {
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(answer.slice(0, headEnd + 2));
  if (!length) throw new Error(`An answer tells no length: ${answer}`);
  return answer.length >= headEnd + 4 + Number(length[1]);
}
