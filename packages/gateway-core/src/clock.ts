/** Time, as an argument: tests need not wait for it. */
export interface Clock {
  /** Since some moment, in milliseconds. Stands still while the machine sleeps. */
  monotonicMs(): number;
  /** Since 1970, by the clock on the wall, in milliseconds. People and time servers set it. */
  epochMs(): number;
  /** Calls once after the delay; the value calls it off. */
  after(delayMs: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  epochMs: () => Date.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Calls again and again, the first time after one delay; the value ends it. */
export function repeat(clock: Clock, everyMs: number, call: () => void): () => void {
  let cancel = clock.after(everyMs, step);
  function step() {
    cancel = clock.after(everyMs, step);
    call();
  }
  return () => cancel();
}

/** @throws the signal's reason as soon as it is aborted */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    function abort() {
      cancel();
      reject(signal?.reason);
    }
    signal?.addEventListener('abort', abort, { once: true });
  });
}
