import { readRetryAfter } from '../outgoing/index.ts';

/** A tenth more or less, so that what failed together does not come back together. */
const JITTER = 0.1;

interface Retry {
  readonly delayS: number;
  /** The value of Retry-After in the answer, which can ask for longer. */
  readonly retryAfter: string | undefined;
  /** The longest that it can ask for: what is sent would otherwise never be tried again. */
  readonly retryAfterSMax: number;
}

/**
 * When something that failed is tried again.
 * @param random from 0 to 1
 */
export function retryAt(
  { delayS, retryAfter, retryAfterSMax }: Retry,
  now: Date,
  random: number,
): Date {
  const jitteredS = delayS * (1 + JITTER * (2 * random - 1));
  const askedS = Math.min(readRetryAfter(retryAfter, now), retryAfterSMax);
  return new Date(now.getTime() + Math.max(jitteredS, askedS) * 1000);
}
