import { retryAt } from '../../../delivery/index.ts';

/** After each attempt that failed, how long the next one waits; then always as after the last one. */
const RETRY_DELAYS_S = [15, 60, 300, 900, 3600] as const;
const LONGEST_S = 3600;
/** What an answer can ask for: a destination would otherwise never be tried again. */
const RETRY_AFTER_S_MAX = 24 * 3600;

/**
 * When a destination is tried again.
 * @param triesCount attempts since the last success, this one included
 * @param random from 0 to 1
 */
export function nextAttemptAt(
  triesCount: number,
  retryAfter: string | undefined,
  now: Date,
  random: number,
): Date {
  const delayS = RETRY_DELAYS_S[triesCount - 1] ?? LONGEST_S;
  return retryAt({ delayS, retryAfter, retryAfterSMax: RETRY_AFTER_S_MAX }, now, random);
}
