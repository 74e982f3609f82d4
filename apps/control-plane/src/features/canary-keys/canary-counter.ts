import { type CanaryCaller, createCanaryTally } from '@tollkeeper/gateway-core';
import { findCanary, type KeyIndex } from '@tollkeeper/verify';
import type { Logger } from 'pino';
import type { Database } from '../../db/connect.ts';
import type { Prepared } from '../../db/statement.ts';
import { runAtOnce } from '../../db/statement-group.ts';
import { addCanaryUses } from '../../usage/add-canary-uses.ts';

/** Counts uses of canary keys in memory, and stores them each second. */
export interface CanaryCounter {
  /**
   * Takes a key that was not found: a use, where it is a canary key. To be called for every one, so that a
   * canary key is answered in the same time as a key that does not exist.
   */
  report(place: 'api' | 'verify', secret: string, caller: CanaryCaller, atMs: number): void;
  /** To be called when others have stored uses: alarms may be due. */
  wake(): void;
  /** Stores what was counted until now, and raises the alarms that are due. */
  flush(): Promise<void>;
  /** Flushes a last time. */
  stop(): Promise<void>;
}

interface CanaryCounterOptions {
  readonly db: Database;
  readonly index: () => KeyIndex;
  readonly clock: () => Date;
  readonly log: Logger;
  /** Turns what is stored into audit events. */
  readonly record: () => Promise<unknown>;
}

const FLUSH_MS = 1000;
const PLACES = ['api', 'verify'] as const;

export function startCanaryCounter(options: CanaryCounterOptions): CanaryCounter {
  const { db, index, clock, log, record } = options;
  const tallies = { api: createCanaryTally(), verify: createCanaryTally() };
  /** Taken, and not stored yet. */
  let unstored: Prepared[] = [];
  let isDue = false;
  let flushing = Promise.resolve();

  async function storeAll(): Promise<void> {
    for (const place of PLACES) {
      unstored.push(...addCanaryUses(place, tallies[place].take(), clock().getTime()));
    }
    if (unstored.length > 0) {
      await runAtOnce(db, unstored);
      unstored = [];
      isDue = true;
    }
    if (!isDue) return;
    isDue = false;
    await record();
  }

  const flush = () => {
    flushing = flushing.then(storeAll, storeAll);
    return flushing;
  };
  const timer = setInterval(() => {
    flush().catch((error: unknown) =>
      log.error({ err: error }, 'uses of canary keys could not be stored; kept for the next try'),
    );
  }, FLUSH_MS).unref();

  return {
    report(place, secret, caller, atMs) {
      const canary = findCanary(index(), secret);
      if (canary) tallies[place].count(canary.keyId, caller, atMs);
    },
    wake() {
      isDue = true;
    },
    flush,
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}
