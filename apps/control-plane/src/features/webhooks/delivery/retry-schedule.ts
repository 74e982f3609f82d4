import { WEBHOOK_ATTEMPTS_MAX } from '@tollkeeper/contract';

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

/** A tenth more or less, so that what failed together does not come back together. */
const JITTER = 0.1;
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
  const jittered = delayS * (1 + JITTER * (2 * random - 1));
  const asked = Math.min(readRetryAfter(retryAfter, now), RETRY_AFTER_S_MAX);
  return new Date(now.getTime() + Math.max(jittered, asked) * 1000);
}

/** In seconds; 0 for none, for a time that has passed, and for what is neither seconds nor a date (RFC 9110). */
function readRetryAfter(value: string | undefined, now: Date): number {
  if (value === undefined) return 0;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const at = /^[A-Z][a-z]{2}, /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? 0 : Math.max(0, (at - now.getTime()) / 1000);
}
