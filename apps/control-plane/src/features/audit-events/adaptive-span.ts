import { isStatementTimeout } from '../../db/database-errors.ts';

const SPAN_MIN = 1000;
const SPAN_BEGIN = 10_000;
const SPAN_MAX = 10_000_000;
const QUICK_MS = 200;
const SLOW_MS = 1000;

/** How many events a statement looks through, matching or not: as many as it can in time. */
export interface AdaptiveSpan {
  readonly events: number;
  /**
   * Runs a statement over so many events, by which the next span is longer or shorter.
   * @param isWhole whether it looked through all of them
   * @returns undefined where it took too long: then the span is shorter, and the events are still to be looked through
   */
  read<T>(statement: () => Promise<T>, isWhole: (found: T) => boolean): Promise<T | undefined>;
}

export function createAdaptiveSpan(): AdaptiveSpan {
  let events = SPAN_BEGIN;
  return {
    get events() {
      return events;
    },
    async read(statement, isWhole) {
      const startedMs = performance.now();
      const found = await statement().catch((error: unknown) => {
        if (!isStatementTimeout(error) || events <= SPAN_MIN) throw error;
        return undefined;
      });
      const tookMs = performance.now() - startedMs;
      if (found === undefined || tookMs > SLOW_MS) {
        events = Math.max(SPAN_MIN, Math.floor(events / 8));
      } else if (tookMs < QUICK_MS && isWhole(found)) {
        events = Math.min(SPAN_MAX, events * 4);
      }
      return found;
    },
  };
}
