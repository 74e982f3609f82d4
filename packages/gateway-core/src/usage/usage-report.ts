import type { Upward } from '@tollkeeper/protocol';
import { type Clock, repeat } from '../clock.ts';
import type { Faults } from '../faults.ts';
import type { UsageBatch, UsageSpool } from './index.ts';

/** Sends the counts to the control plane, one batch at a time: the next once the last was stored. */
export interface UsageReport {
  /** @param send false when it cannot go out now */
  connected(send: (message: Upward) => boolean): void;
  disconnected(): void;
  stored(spoolId: string, sequence: number): void;
  /** Resolves when all is handed over, or cannot be in that time. */
  finish(withinMs: number): Promise<void>;
}

type Spool = Pick<UsageSpool, 'roll' | 'next' | 'stored' | 'fault' | 'close' | 'pendingCalls'>;

const ROLL_MS = 1000;
/** After so long without an answer a batch is sent again: it is counted once all the same. */
const RESEND_MS = 10_000;

export function createUsageReport(spool: Spool, faults: Faults, clock: Clock): UsageReport {
  let send: ((message: Upward) => boolean) | undefined;
  let waiting: (Pick<UsageBatch, 'spoolId' | 'sequence'> & { sentAtMs: number }) | undefined;
  let isDone = () => {};
  const stop = repeat(clock, ROLL_MS, () => {
    spool.roll();
    sendNext();
    const fault = spool.fault();
    if (fault === null) faults.clear('usage');
    else faults.set('usage', fault);
  });

  function sendNext(): void {
    if (!send) return;
    if (waiting && clock.monotonicMs() - waiting.sentAtMs < RESEND_MS) return;
    const batch = spool.next();
    if (!batch) isDone();
    if (!batch || !send({ type: 'usage', ...batch })) return;
    const { spoolId, sequence } = batch;
    waiting = { spoolId, sequence, sentAtMs: clock.monotonicMs() };
  }

  return {
    connected(toControlPlane) {
      send = toControlPlane;
      waiting = undefined;
      sendNext();
    },
    disconnected() {
      send = undefined;
      isDone();
    },
    stored(spoolId, sequence) {
      spool.stored(spoolId, sequence);
      if (waiting?.spoolId !== spoolId || waiting.sequence !== sequence) return;
      waiting = undefined;
      sendNext();
    },
    async finish(withinMs) {
      stop();
      spool.close();
      if (!send) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      isDone = resolve;
      const cancel = clock.after(withinMs, resolve);
      sendNext();
      await promise;
      cancel();
    },
  };
}
