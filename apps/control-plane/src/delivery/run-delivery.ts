import { setTimeout as delay } from 'node:timers/promises';
import { createUnderWay, type UnderWay } from './under-way.ts';

/** A run begins a new minute before it ends, so that the next one, which that minute queues, follows at once. */
const RUN_MS = 62_000;
/** Between two looks at the database: while there is nothing to do, and while there is. */
const IDLE_MS = 1000;
const BUSY_MS = 20;
/** What is under way when the process stops may end for so long; jobs have five seconds to stop. */
const GRACE_MS = 2500;

/**
 * One kind of thing that is sent to servers of other people, such as webhooks: what is due, and what one sending is.
 * A feature that has such a thing describes it by these functions and calls `runDelivery` from a job; the loop, the turns
 * of organizations, and what happens at a stop are the same for all.
 */
export interface Delivery<Claimed, Outcome> {
  /** Requests of one process under way at a time. */
  readonly atOnceMax: number;
  /** Stores more of what is to be sent, where that follows from what has happened. Answers whether there is still more. */
  readonly prepare?: () => Promise<{ readonly isMore: boolean }>;
  /**
   * Takes so much of what is due, for this process alone until a lease ends. It lets organizations take turns: one that
   * has much under way already comes after those that have little.
   * @param underWay requests of this process, by organization
   */
  readonly claim: (countMax: number, underWay: UnderWay) => Promise<readonly Claimed[]>;
  readonly organizationOf: (claimed: Claimed) => string;
  /**
   * Sends it. What the receiver does is an outcome, never an error.
   * @param cut aborted where the process cannot wait for the answer; then it rejects
   */
  readonly send: (claimed: Claimed, cut: AbortSignal) => Promise<Outcome>;
  /** Stores what came of it and when it is due again, and ends the lease. */
  readonly record: (claimed: Claimed, outcome: Outcome) => Promise<void>;
  /** Ends the lease as if it had not been taken: any process may send it at once. */
  readonly giveBack: (claimed: Claimed) => Promise<void>;
  /** Logs a fault of this server. What was claimed is sent again once its lease has ended. */
  readonly onFault: (claimed: Claimed, error: unknown) => void | Promise<void>;
  /** Whether anything may become due. A run ends where nothing does. */
  readonly isAnyEnabled: () => Promise<boolean>;
}

export interface RunLimits {
  readonly runMs: number;
  readonly graceMs: number;
}

/**
 * Sends what is due until its time is over or the process stops; at once where nothing may become due. At a stop,
 * requests under way have a moment to end, and the leases of the others are given back. A process that is killed keeps
 * its leases until they end. Any number of processes may run it.
 * @returns how much was claimed
 */
export async function runDelivery<Claimed, Outcome>(
  delivery: Delivery<Claimed, Outcome>,
  stopping: AbortSignal,
  { runMs = RUN_MS, graceMs = GRACE_MS }: Partial<RunLimits> = {},
): Promise<number> {
  const endsAt = performance.now() + runMs;
  const running = new Set<Promise<void>>();
  const underWay = createUnderWay();
  const cut = cutAfter(stopping, graceMs);
  let claimedCount = 0;
  try {
    do {
      const isMore = (await delivery.prepare?.())?.isMore === true;
      const claimed = await delivery.claim(delivery.atOnceMax - running.size, underWay.counts);
      for (const each of claimed) {
        const end = underWay.begin(delivery.organizationOf(each));
        const sending = deliver(delivery, each, cut.signal).finally(() => {
          end();
          running.delete(sending);
        });
        running.add(sending);
      }
      claimedCount += claimed.length;
      const isIdle = claimed.length === 0 && running.size === 0;
      if (isIdle && !(await delivery.isAnyEnabled())) break;
      await pause(claimed.length > 0 || isMore ? BUSY_MS : IDLE_MS, running, stopping);
    } while (!stopping.aborted && performance.now() < endsAt);
  } finally {
    await Promise.all(running);
    cut.clear();
  }
  return claimedCount;
}

/** Sends all that is due now, once, and waits for it. @returns how much that was */
export async function deliverOnce<Claimed, Outcome>(
  delivery: Delivery<Claimed, Outcome>,
): Promise<number> {
  await delivery.prepare?.();
  const claimed = await delivery.claim(delivery.atOnceMax, new Map());
  const never = new AbortController().signal;
  await Promise.all(claimed.map((each) => deliver(delivery, each, never)));
  return claimed.length;
}

/** Never rejects: what could not be recorded is sent again once its lease has ended. */
async function deliver<Claimed, Outcome>(
  { send, record, giveBack, onFault }: Delivery<Claimed, Outcome>,
  claimed: Claimed,
  cut: AbortSignal,
): Promise<void> {
  try {
    await record(claimed, await send(claimed, cut));
  } catch (error) {
    const done = cut.aborted ? giveBack(claimed) : onFault(claimed, error);
    await Promise.resolve(done).catch(() => undefined);
  }
}

/** A signal that follows another one after a while. */
function cutAfter(stopping: AbortSignal, graceMs: number) {
  const cut = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => cut.abort(), graceMs);
  };
  if (stopping.aborted) begin();
  else stopping.addEventListener('abort', begin, { once: true });
  return {
    signal: cut.signal,
    clear() {
      stopping.removeEventListener('abort', begin);
      clearTimeout(timer);
    },
  };
}

/** Until that time has passed, or a request has ended, but never for less than `BUSY_MS`. */
async function pause(
  ms: number,
  running: ReadonlySet<Promise<void>>,
  stopping: AbortSignal,
): Promise<void> {
  const woken = new AbortController();
  const signal = AbortSignal.any([stopping, woken.signal]);
  const wait = (waitMs: number) => delay(waitMs, undefined, { signal }).catch(() => undefined);
  await wait(BUSY_MS);
  if (ms > BUSY_MS) await Promise.race([...running, wait(ms - BUSY_MS)]);
  woken.abort();
}
