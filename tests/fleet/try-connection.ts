/** A client that sends bytes on a connection of its own, and checks what comes back. */
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Part, RandomConnection } from './random-requests.ts';
import { readAnswer } from './read-answers.ts';

/** Longer than any answer takes on a busy machine. */
const PATIENCE_MS = 60_000;

/**
 * Resolves when each request has its answer, in their order, or the connection is closed.
 * @returns how many answers came. @throws Error when neither comes, or something that is no answer
 */
export async function tryConnection(
  baseUrl: string,
  { parts, cuts, resetAt }: RandomConnection,
): Promise<number> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  const answers = new Answers(resetAt === undefined ? parts : []);
  const done = watch(socket, answers);
  // Seen below, where it is waited for.
  done.catch(() => undefined);
  const bytes = parts.map((part) => part.bytes).join('');
  const end = Math.round(bytes.length * (resetAt ?? 1));
  const places = cuts.map((cut) => Math.round(end * cut)).sort((a, b) => a - b);
  let at = 0;
  for (const place of [...places, end]) {
    socket.write(bytes.slice(at, place), 'latin1');
    at = place;
    await nextTurn();
  }
  if (resetAt === undefined) socket.emit('sent');
  else socket.resetAndDestroy();
  return done.finally(() => socket.destroy());
}

function watch(socket: Socket, answers: Answers): Promise<number> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new Error(`Neither answered nor closed: ${answers.describe()}`));
    }, PATIENCE_MS);
    let isSent = false;
    const check = (isClosed: boolean) => {
      try {
        const isDone = answers.isDone(isClosed);
        if (!isDone && isSent && answers.mayBeWaitedFor) socket.end();
        if (!isDone) return;
        resolve(answers.count);
      } catch (error) {
        reject(error);
      }
      clearTimeout(late);
    };
    socket
      .setEncoding('latin1')
      .on('error', () => undefined)
      .on('data', (text) => {
        answers.text += text;
        check(false);
      })
      .once('sent', () => {
        isSent = true;
        check(false);
      })
      .once('close', () => check(true));
  });
}

/** What has come back on one connection. */
class Answers {
  text = '';
  count = 0;
  readonly #parts: readonly Part[];
  #end = 0;
  #isLast = false;

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  /** Whether the server may wait for more than the client has: then the client ends the connection. */
  get mayBeWaitedFor(): boolean {
    return this.#parts[this.count]?.ends === 'open';
  }

  /** @throws Error when that is not what the server has to answer */
  isDone(isClosed: boolean): boolean {
    for (;;) {
      const part = this.#parts[this.count];
      if (!part) return true;
      if (this.#isLast) return isClosed;
      if (part.ends === 'always' || part.ends === 'open') {
        if (!'HTTP/1.1 '.startsWith(this.text.slice(this.#end, this.#end + 9))) {
          throw new Error(`No answer: ${this.describe()}`);
        }
        return isClosed;
      }
      const answer = readAnswer(this.text, this.#end, part.isHead);
      if (!answer) return isClosed && this.#mayEnd(part);
      const { status, body, isLast } = answer;
      const isExpected = part.statuses.length === 0 || part.statuses.includes(status);
      const isEcho = part.isHead || status !== 200 || body.includes(part.echo);
      if (!isExpected || !isEcho || (isLast && part.ends === 'never')) {
        throw new Error(`Another answer: ${this.describe()}`);
      }
      this.count++;
      this.#end = answer.end;
      this.#isLast = isLast;
    }
  }

  describe(): string {
    return JSON.stringify({ answered: this.count, rest: this.text.slice(this.#end) });
  }

  /** Whatever may end the connection may do so before the answers to what was sent before it. */
  #mayEnd({ ends }: Part): boolean {
    if (ends !== 'never' || this.#parts.some((each) => each.ends !== 'never')) return true;
    throw new Error(`Closed without an answer: ${this.describe()}`);
  }
}
