import type { Clock, Counters, Limiter, Room } from '@tollkeeper/gateway-core';
import type { Claim } from '@tollkeeper/verify';
import type { LimitStore } from './redis-store.ts';

/** Counters in a store that gateways share, and this gateway's own while the store is away. */
export interface SharedLimiter extends Limiter {
  /** Whether the store counts. */
  isShared(): boolean;
  /** Calls that were counted by this gateway alone. */
  ownCalls(): number;
  close(): void;
}

interface Options {
  readonly store: LimitStore;
  readonly counters: Counters;
  readonly clock: Pick<Clock, 'after'>;
  /** How long a call waits for the store, in milliseconds. */
  readonly answerMs?: number;
  /** Called once the store answers for the first time, and whenever it goes or comes back. */
  readonly changed: (isShared: boolean, reason: string | undefined) => void;
}

/**
 * Long enough for a store, or a gateway, on a busy machine: while gateways count for themselves, all of
 * them together let through several times the limit.
 */
const ANSWER_MS = 250;
/** When a store that is away is asked whether it is back, in milliseconds: soon, then less and less often. */
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 500;
/** So many failures in a row, and the store counts as away. */
const FAILURES_MAX = 3;

export function createSharedLimiter(options: Options): SharedLimiter {
  const { store, counters, clock, answerMs = ANSWER_MS, changed } = options;
  let isShared = false;
  let isKnown = false;
  let failures = 0;
  let ownCalls = 0;
  let cancelRetry: (() => void) | undefined;
  let retryMs = FIRST_RETRY_MS;

  function set(shared: boolean, reason?: string): void {
    if (isKnown && shared === isShared) return;
    isKnown = true;
    isShared = shared;
    failures = 0;
    changed(shared, reason);
  }

  async function retry(): Promise<void> {
    try {
      await within(clock, answerMs, store.ping());
      retryMs = FIRST_RETRY_MS;
      set(true);
    } catch (error) {
      leave(error);
    }
  }

  function leave(error: unknown): void {
    set(false, reasonOf(error));
    cancelRetry = clock.after(retryMs, () => void retry());
    retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
  }

  function fail(error: unknown): void {
    if (isShared && ++failures >= FAILURES_MAX) leave(error);
  }

  function takeOwn(claims: readonly Claim[]): Room {
    ownCalls++;
    return counters.take(claims);
  }

  async function takeShared(claims: readonly Claim[]): Promise<Room> {
    try {
      const room = await within(clock, answerMs, store.take(claims));
      failures = 0;
      // So that this gateway has let through no more than the limit if the store goes away.
      if (room.isFree) counters.record(claims);
      return room;
    } catch (error) {
      fail(error);
      return takeOwn(claims);
    }
  }

  void retry();
  return {
    take: (claims) => (isShared ? takeShared(claims) : takeOwn(claims)),
    isShared: () => isShared,
    ownCalls: () => ownCalls,
    close() {
      cancelRetry?.();
      store.close();
    },
  };
}

/** Fails once the answer is late. One that came while this process was busy is not. */
function within<T>(clock: Pick<Clock, 'after'>, ms: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`no answer within ${ms} ms`));
    const cancel = clock.after(ms, () => void setImmediate(late));
    answer.then(resolve, reject).finally(cancel);
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
