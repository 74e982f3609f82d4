import type { Transaction } from '../db/connect.ts';
import { unawaitedOf } from '../db/transaction.ts';

/** What a transaction is doing: it runs the change at that place of the batch, or what all share. */
export type Step = 'lock' | number | 'append' | 'commit';

export interface Progress {
  step: Step;
  /** Where the first statement failed, which may be one that nobody waited for in its step. */
  failedAt?: Step;
}

/**
 * Of what the step has sent without waiting for it.
 * @param from how many were noted in earlier steps
 * @returns how many are noted now
 */
export function noteFailures(tx: Transaction, progress: Progress, from: number): number {
  const { step } = progress;
  const sent = unawaitedOf(tx);
  for (const statement of sent.slice(from)) {
    statement.catch(() => {
      progress.failedAt ??= step;
    });
  }
  return sent.length;
}
