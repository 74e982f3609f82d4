import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { inTurn } from './in-turn.ts';

describe('inTurn', () => {
  it('runs work of one name in order, one at a time, and goes on after a failure', async () => {
    const seen: string[] = [];
    const step =
      (name: string, fails = false) =>
      async () => {
        seen.push(`${name} begins`);
        await new Promise(setImmediate);
        seen.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      };
    const runs = await Promise.allSettled([
      inTurn('a', step('one', true)),
      inTurn('a', step('two')),
      inTurn('a', step('three')),
    ]);
    expect(runs.map((run) => run.status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(seen).toEqual([
      'one begins',
      'one ends',
      'two begins',
      'two ends',
      'three begins',
      'three ends',
    ]);
  });

  it('lets work of another name pass', async () => {
    let release: () => void = () => undefined;
    const slow = inTurn('slow', () => new Promise<void>((resolve) => (release = resolve)));
    await expect(inTurn('quick', async () => 'done')).resolves.toBe('done');
    release();
    await slow;
  });

  it('refuses work whose turn comes too late, without running it', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow = inTurn('late', () => promise);
    await new Promise(setImmediate);
    const work = vi.fn();
    const late = inTurn('late', work);
    vi.advanceTimersByTime(20_000);
    resolve();
    const [, refused] = await Promise.allSettled([slow, late]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    expect(work).not.toHaveBeenCalled();
  });
});
