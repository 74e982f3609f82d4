import type { Clock } from '../clock.ts';

/** For tests: time that passes only when a test advances it. */
export interface TestClock extends Clock {
  /** By both clocks; calls what is due, in order. */
  advance(ms: number): void;
  /** Only the clock on the wall: somebody sets it, or the machine slept. */
  setWall(ms: number): void;
  /** The delays of what waits. */
  waiting(): number[];
}

export function createTestClock(epochMs = 1_700_000_000_000): TestClock {
  let nowMs = 0;
  let wallMs = epochMs;
  const timers = new Map<object, { readonly atMs: number; readonly call: () => void }>();
  return {
    monotonicMs: () => nowMs,
    epochMs: () => wallMs,
    after(delayMs, call) {
      const timer = {};
      timers.set(timer, { atMs: nowMs + delayMs, call });
      return () => void timers.delete(timer);
    },
    advance(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        const due = [...timers]
          .filter(([, { atMs }]) => atMs <= endMs)
          .sort(([, a], [, b]) => a.atMs - b.atMs)[0];
        if (!due) break;
        timers.delete(due[0]);
        wallMs += due[1].atMs - nowMs;
        nowMs = due[1].atMs;
        due[1].call();
      }
      wallMs += endMs - nowMs;
      nowMs = endMs;
    },
    setWall(ms) {
      wallMs = ms;
    },
    waiting: () => [...timers.values()].map(({ atMs }) => atMs - nowMs),
  };
}
