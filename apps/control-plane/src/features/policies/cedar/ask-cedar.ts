import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Answer, Question } from './message.ts';

/**
 * Cedar is asked in a thread of its own, which starts with the first question. A text of a few
 * kilobytes can occupy it for a second, or exhaust its stack; after that its WebAssembly answers
 * nothing any more, to anybody. The thread is then replaced (docs/decisions/0029).
 */
let current: Worker | undefined;

const THREAD = new URL('./cedar-thread.ts', import.meta.url);

/** What the worst text of 20,000 characters needs, ten times over. */
const ANSWER_MS_MAX = 20_000;

/** The last question that was asked; over when the thread is free. */
let turn: Promise<unknown> = Promise.resolve();

/** @throws what made the thread fail, where it was not the text */
export function askCedar<Q extends Question>(question: Q): Promise<Answer<Q['kind']>> {
  const asked = turn.then(() => ask(question));
  turn = asked.catch(() => undefined);
  return asked;
}

async function ask<Q extends Question>(question: Q): Promise<Answer<Q['kind']>> {
  const thread = current ?? startThread();
  const aborted = new AbortController();
  // Armed only now, since loading Cedar takes time of its own on a busy machine.
  const timer = setTimeout(() => aborted.abort(), ANSWER_MS_MAX);
  try {
    thread.postMessage(question);
    const [answer] = await once(thread, 'message', { signal: aborted.signal });
    if (answer.kind === 'exhausted') stopThread(thread);
    return answer;
  } catch (error) {
    stopThread(thread);
    if (aborted.signal.aborted) return { kind: 'exhausted' };
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function startThread(): Worker {
  const thread = new Worker(THREAD);
  // It keeps no process alive that has nothing else to do.
  thread.unref();
  current = thread;
  return thread;
}

function stopThread(thread: Worker): void {
  if (current === thread) current = undefined;
  void thread.terminate();
}
