import { WEBHOOK_ATTEMPTS_MAX } from '@tollkeeper/contract';
import { retryAt } from '../../../delivery/index.ts';

const MINUTE_S = 60;
const HOUR_S = 3600;

/** After each attempt that failed, how long the next one waits: each for longer, three days in all. */
export const RETRY_DELAYS_S = [
  15,
  MINUTE_S,
  5 * MINUTE_S,
  30 * MINUTE_S,
  2 * HOUR_S,
  5 * HOUR_S,
  12 * HOUR_S,
  24 * HOUR_S,
  28 * HOUR_S,
] as const;

/** What an answer can ask for: it would otherwise never be asked again. */
const RETRY_AFTER_S_MAX = 24 * HOUR_S;

/**
 * When the next attempt is due; undefined where there is none.
 * @param triesCount attempts so far, the last included
 * @param retryAfter the value of that header in the answer
 * @param random from 0 to 1
 */
export function nextAttemptAt(
  triesCount: number,
  retryAfter: string | undefined,
  now: Date,
  random: number,
): Date | undefined {
  const delayS = RETRY_DELAYS_S[triesCount - 1];
  if (delayS === undefined || triesCount >= WEBHOOK_ATTEMPTS_MAX) return undefined;
  return retryAt({ delayS, retryAfter, retryAfterSMax: RETRY_AFTER_S_MAX }, now, random);
}
