import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createBatchQueue } from './batch-queue.ts';

/** A queue that notes its batches, each of which ends when the test says so. */
function heldQueue() {
  const batches: string[][] = [];
  const ends: (() => void)[] = [];
  const enqueue = createBatchQueue<string, string>(async (batch) => {
    batches.push(batch.map(({ work }) => work));
    await new Promise<void>((resolve) => ends.push(resolve));
    for (const { work, resolve, reject } of batch) {
      if (work.startsWith('bad')) reject(new Error(work));
      else resolve(`${work} done`);
    }
  });
  const endBatch = async () => {
    ends.shift()?.();
    await new Promise(setImmediate);
  };
  return { enqueue, batches, endBatch };
}

describe('a batch queue', () => {
  it('runs at once what finds nothing before it, and what comes meanwhile as one batch', async () => {
    const { enqueue, batches, endBatch } = heldQueue();
    const works = ['one', 'two', 'bad three', 'four'];
    const runs = Promise.allSettled(works.map((work) => enqueue('a', work)));
    expect(batches).toEqual([['one']]);
    await endBatch();
    expect(batches).toEqual([['one'], ['two', 'bad three', 'four']]);
    await endBatch();
    expect(await runs).toMatchObject([
      { value: 'one done' },
      { value: 'two done' },
      { status: 'rejected' },
      { value: 'four done' },
    ]);
  });

  it('lets work of another name pass', async () => {
    const { enqueue, batches } = heldQueue();
    void enqueue('slow', 'one');
    void enqueue('quick', 'two');
    expect(batches).toEqual([['one'], ['two']]);
  });

  it('begins anew once it was empty', async () => {
    const { enqueue, batches, endBatch } = heldQueue();
    void enqueue('a', 'one');
    await endBatch();
    void enqueue('a', 'two');
    expect(batches).toEqual([['one'], ['two']]);
  });

  it('puts no more into a batch than its last may wait for', async () => {
    const { enqueue, batches, endBatch } = heldQueue();
    for (let count = 0; count < 70; count += 1) void enqueue('a', `${count}`);
    await endBatch();
    await endBatch();
    await endBatch();
    expect(batches.map((batch) => batch.length)).toEqual([1, 32, 32, 5]);
  });

  it('refuses work whose turn comes too late, without running it', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { enqueue, batches, endBatch } = heldQueue();
    void enqueue('a', 'slow');
    const late = enqueue('a', 'late');
    vi.advanceTimersByTime(20_000);
    await Promise.all([endBatch(), expect(late).rejects.toMatchObject({ code: 'unavailable' })]);
    expect(batches).toEqual([['slow']]);
  });
});
