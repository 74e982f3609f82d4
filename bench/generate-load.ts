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
const AWAKE_MS = 0.1;
const OK = 'HTTP/1.1 200 ';

/** @returns answers per second. @throws Error at the first answer that is not 200 */
export async function generateLoad(load: Load): Promise<number> {
  const startedAt = performance.now();
  const endAt = startedAt + load.durationMs;
  const vigil = createVigil();
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => askUntil(load, endAt, vigil.extend)),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
}

/**
 * After each answer asks the kernel for the next without sleeping, for a moment: a server that writes to
 * a process that sleeps pays for waking it, and a client elsewhere on a network costs a server
 * nothing of that kind. Then it sleeps: a database may need the core.
 */
function createVigil(): { extend(): void } {
  let until = 0;
  let polling = false;
  function poll(): void {
    polling = performance.now() < until;
    if (polling) setImmediate(poll);
  }
  return {
    extend: () => {
      until = performance.now() + AWAKE_MS;
      if (!polling) poll();
    },
  };
}

/** @returns how many answers one connection got until the time is over. */
function askUntil(
  { port, nextRequest }: Load,
  endAt: number,
  onAnswer: () => void,
): Promise<number> {
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
      onAnswer();
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
