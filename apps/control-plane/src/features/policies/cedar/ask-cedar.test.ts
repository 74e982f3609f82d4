import { expect, it } from 'vitest';
import { createCedar } from './ask-cedar.ts';

/** A thread that answers each text with a number, and some not at all. */
const THREAD = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    let count = 0;
    parentPort.on('message', ({ text }) => {
      count += 1;
      if (text === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      if (text === 'fail') throw new Error('of the thread');
      parentPort.postMessage({ kind: text, count });
    });
  `)}`,
);

function start(answerMsMax = 60_000) {
  return createCedar({ thread: THREAD, answerMsMax });
}

it('refuses a text that takes too long, and asks another thread about the next one', async () => {
  const ask = start(1000);
  expect(await ask({ text: 'hang' })).toEqual({ kind: 'exhausted' });
  // On a busy machine, loading the next thread can take as long.
  await expect.poll(() => ask({ text: 'a' })).toEqual({ kind: 'a', count: 1 });
});

it('replaces a thread that failed or was exhausted', async () => {
  const ask = start();
  await expect(ask({ text: 'fail' })).rejects.toThrow('of the thread');
  expect(await ask({ text: 'exhausted' })).toEqual({ kind: 'exhausted', count: 1 });
  expect(await ask({ text: 'a' })).toEqual({ kind: 'a', count: 1 });
});

it('lets those who ask take turns', async () => {
  const ask = start();
  const order: string[] = [];
  const asked = (text: string, asker: string) =>
    ask({ text }, asker).then(() => void order.push(text));
  const first = ['a1', 'a2', 'a3'].map((text) => asked(text, 'a'));
  await Promise.all([...first, ...['b1', 'b2'].map((text) => asked(text, 'b'))]);
  expect(order).toEqual(['a1', 'a2', 'b1', 'a3', 'b2']);
});
