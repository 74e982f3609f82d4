import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBatchQueue, type Queued } from './batch-queue.ts';

type Entries = readonly Queued<string, string>[];

const ada = { owner: 'ada', credential: 'sessions' };
const bob = { owner: 'bob', credential: 'sessions' };
const adasKey = { owner: 'ada', credential: 'key' };

/**
 * A queue that notes its batches, each of which ends when the test says so.
 * @param leaves what a batch does not run
 */
function heldQueue(leaves: (batch: Entries) => Entries = () => []) {
  const batches: string[][] = [];
  const ends: (() => void)[] = [];
  const queue = createBatchQueue<string, string>(async (batch) => {
    batches.push(batch.map(({ work }) => work));
    await new Promise<void>((resolve) => ends.push(resolve));
    const left = leaves(batch);
    for (const each of batch) {
      if (left.includes(each)) continue;
      if (each.work.startsWith('bad')) each.reject(new Error(each.work));
      else each.resolve(`${each.work} done`);
    }
    return left;
  });
  const endBatch = async () => {
    ends.shift()?.();
    await new Promise(setImmediate);
  };
  const enqueue = (name: string, work: string, caller = ada) => queue.add(name, caller, work);
  return { queue, enqueue, batches, ends, endBatch };
}

// A slow machine makes no batch slow.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

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
    const { queue, enqueue, batches, endBatch } = heldQueue();
    expect(queue.isIdle('a')).toBe(true);
    void enqueue('a', 'one');
    expect(queue.isIdle('a')).toBe(false);
    await endBatch();
    expect(queue.isIdle('a')).toBe(true);
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
    const { queue, enqueue, batches, endBatch } = heldQueue();
    const run = vi.fn(async () => undefined);
    void enqueue('a', 'slow');
    const late = [enqueue('a', 'late'), queue.runExclusively('a', bob, run)];
    vi.advanceTimersByTime(20_000);
    const refused = late.map((each) => expect(each).rejects.toMatchObject({ code: 'unavailable' }));
    await endBatch();
    await Promise.all(refused);
    expect(batches).toEqual([['slow']]);
    expect(run).not.toHaveBeenCalled();
  });
});

describe('what does not share a batch', () => {
  it('runs while no batch does, and none begins before its end', async () => {
    const { queue, enqueue, batches, endBatch } = heldQueue();
    const { promise, resolve } = Promise.withResolvers<string>();
    const run = vi.fn(() => promise);
    void enqueue('a', 'one');
    const ran = queue.runExclusively('a', bob, run);
    void enqueue('a', 'two');
    expect(run).not.toHaveBeenCalled();
    await endBatch();
    expect(run).toHaveBeenCalledOnce();
    expect(batches).toEqual([['one']]);
    resolve('its result');
    expect(await ran).toBe('its result');
    await new Promise(setImmediate);
    expect(batches).toEqual([['one'], ['two']]);
  });

  it('fails by itself', async () => {
    const { queue, enqueue, batches } = heldQueue();
    const fail = async () => {
      throw new Error('refused');
    };
    await expect(queue.runExclusively('a', ada, fail)).rejects.toThrow('refused');
    void enqueue('a', 'one');
    expect(batches).toEqual([['one']]);
  });

  it('is also what a batch left that must run by itself', async () => {
    const { enqueue, batches, endBatch } = heldQueue((batch) => {
      if (batch.length === 1) return [];
      for (const each of batch) each.isAlone = true;
      return batch;
    });
    const runs = ['one', 'two', 'three'].map((work) => enqueue('a', work));
    await endBatch();
    runs.push(enqueue('a', 'four'));
    for (let count = 0; count < 4; count += 1) await endBatch();
    expect(batches).toEqual([['one'], ['two', 'three'], ['two'], ['three'], ['four']]);
    expect(await Promise.all(runs)).toEqual(['one done', 'two done', 'three done', 'four done']);
  });
});

describe('callers of one queue', () => {
  it('take turns, however much one of them sends', async () => {
    const { enqueue, batches, endBatch } = heldQueue();
    for (let count = 0; count < 70; count += 1) void enqueue('a', `ada ${count}`);
    for (let count = 0; count < 3; count += 1) void enqueue('a', `bob ${count}`, bob);
    await endBatch();
    expect(batches[1]?.slice(0, 7)).toEqual([
      'ada 1',
      'bob 0',
      'ada 2',
      'bob 1',
      'ada 3',
      'bob 2',
      'ada 4',
    ]);
  });

  it('have one turn for all credentials of an owner, which take turns themselves', async () => {
    const { enqueue, batches, endBatch } = heldQueue();
    void enqueue('a', 'first');
    for (const number of [1, 2]) {
      void enqueue('a', `session ${number}`);
      void enqueue('a', `key ${number}`, adasKey);
      void enqueue('a', `bob ${number}`, bob);
    }
    await endBatch();
    expect(batches[1]).toEqual(['session 1', 'bob 1', 'key 1', 'bob 2', 'session 2', 'key 2']);
  });

  it('share no batch with somebody whose last one was slow', async () => {
    const { enqueue, batches, endBatch } = heldQueue();
    for (let count = 0; count < 3; count += 1) void enqueue('a', `ada ${count}`);
    void enqueue('a', 'bob 0', bob);
    vi.advanceTimersByTime(1000);
    await endBatch();
    // The slow caller shares batches with itself alone.
    expect(batches[1]).toEqual(['ada 1', 'ada 2']);
    await endBatch();
    expect(batches[2]).toEqual(['bob 0']);
    for (const caller of [ada, bob, ada, bob]) void enqueue('a', `${caller.owner} again`, caller);
    await endBatch();
    // Both were quick now.
    expect(batches[3]).toEqual(['ada again', 'bob again', 'ada again', 'bob again']);
  });

  it('are answered rate_limited for what goes beyond their part of the line', async () => {
    const { enqueue, endBatch, batches } = heldQueue();
    void enqueue('a', 'running');
    for (let count = 0; count < 500; count += 1) void enqueue('a', 'waiting');
    await expect(enqueue('a', 'beyond', adasKey)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterS: 1,
    });
    void enqueue('a', 'bob', bob);
    await endBatch();
    expect(batches[1]).toContain('bob');
  });

  it('keep their place with what a batch left', async () => {
    const { enqueue, batches, endBatch } = heldQueue((batch) =>
      batch.length > 2 ? batch.slice(1) : [],
    );
    for (const work of ['one', 'two', 'three', 'four']) void enqueue('a', work);
    await endBatch();
    void enqueue('a', 'five');
    await endBatch();
    expect(batches[2]).toEqual(['three', 'four', 'five']);
  });
});
