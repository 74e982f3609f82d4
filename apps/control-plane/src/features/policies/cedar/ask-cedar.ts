import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Answer, Question } from './message.ts';

interface CedarOptions {
  readonly thread: URL;
  /** After which the thread is replaced, and the text is refused. */
  readonly answerMsMax: number;
}

/** @param asker whose turn it is; all who ask take turns @throws what made the thread fail, where it was not the text */
export type AskCedar = (question: Question, asker?: string) => Promise<Answer>;

/**
 * Cedar is asked in a thread of its own, which starts with the first question. A text of a few
 * kilobytes can occupy it for a second, or exhaust its stack; after that its WebAssembly answers
 * nothing any more, to anybody. The thread is then replaced (docs/decisions/0029).
 */
export function createCedar({ thread, answerMsMax }: CedarOptions): AskCedar {
  let current: Worker | undefined;
  /** By asker; whose turn is next is first in the map. */
  const waiting = new Map<string, (() => Promise<void>)[]>();
  let isBusy = false;

  const start = (): Worker => {
    const worker = new Worker(thread);
    // It keeps no process alive that has nothing else to do.
    worker.unref();
    // A failure between two questions concerns nobody: the next question starts another thread.
    worker.on('error', () => stop(worker));
    current = worker;
    return worker;
  };
  const stop = (worker: Worker): void => {
    if (current === worker) current = undefined;
    void worker.terminate();
  };
  const ask = async (question: Question): Promise<Answer> => {
    const worker = current ?? start();
    const aborted = new AbortController();
    // Armed only now, since loading Cedar takes time of its own on a busy machine.
    const timer = setTimeout(() => aborted.abort(), answerMsMax);
    try {
      worker.postMessage(question);
      const [answer] = await once(worker, 'message', { signal: aborted.signal });
      if (answer.kind === 'exhausted') stop(worker);
      return answer;
    } catch (error) {
      stop(worker);
      if (aborted.signal.aborted) return { kind: 'exhausted' };
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
  const serve = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    for (let next = takeNext(waiting); next; next = takeNext(waiting)) await next();
    isBusy = false;
  };

  return (question, asker = '') =>
    new Promise((resolve, reject) => {
      const line = waiting.get(asker) ?? [];
      waiting.set(asker, line);
      line.push(() => ask(question).then(resolve, reject));
      void serve();
    });
}

/** Takes the first question of the first asker, who then moves to the end. */
function takeNext<Entry>(waiting: Map<string, Entry[]>): Entry | undefined {
  for (const [asker, line] of waiting) {
    const first = line.shift();
    waiting.delete(asker);
    if (line.length > 0) waiting.set(asker, line);
    if (first) return first;
  }
  return undefined;
}

export const askCedar = createCedar({
  thread: new URL('./cedar-thread.ts', import.meta.url),
  // What the worst text of 20,000 characters needs, several times over.
  answerMsMax: 20_000,
});
