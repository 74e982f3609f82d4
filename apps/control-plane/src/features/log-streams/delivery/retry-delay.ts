import { retryAt } from '../../../delivery/index.ts';

/** After each attempt that failed, how long the next one waits; then always as after the last one. */
export const RETRY_DELAYS_S = [5, 15, 60, 300, 900] as const;
const LONGEST_S = RETRY_DELAYS_S[RETRY_DELAYS_S.length - 1] ?? 900;
/** What an answer can ask for: a stream would otherwise never be tried again. */
const RETRY_AFTER_S_MAX = 3600;

/**
 * When a stream is tried again. It never gives up.
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
