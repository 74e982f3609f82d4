/** How long to wait before the next try. */
export interface Backoff {
  /** In milliseconds; each try waits longer, up to a cap. */
  next(): number;
  /** The next wait is short again. */
  reset(): void;
}

const FIRST_MS = 400;
const CAP_MS = 10_000;

/**
 * Exponential, with full jitter: any moment between now and the bound is as likely. So gateways
 * that lost the control plane together do not come back together.
 */
export function createBackoff(random: () => number): Backoff {
  let tries = 0;
  return {
    next: () => random() * Math.min(CAP_MS, FIRST_MS * 2 ** tries++),
    reset: () => {
      tries = 0;
    },
  };
}
