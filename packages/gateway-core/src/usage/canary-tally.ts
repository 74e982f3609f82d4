import type { CanaryUse } from '@tollkeeper/protocol';
import type { CanaryCaller } from '../fleet.ts';
import { canaryUseOf, createCanaryHeads } from './canary-heads.ts';
import { countCall, noCalls, type Sums } from './sums.ts';

/** Counts uses of canary keys in memory, for a process that has no spool. */
export interface CanaryTally {
  count(keyId: string, caller: CanaryCaller, atMs: number): void;
  /** What was counted since it was last asked. */
  take(): CanaryUse[];
}

export function createCanaryTally(): CanaryTally {
  const headOf = createCanaryHeads();
  const sums: Sums = new Map();
  return {
    count(keyId, caller, atMs) {
      const head = headOf(keyId, caller, atMs);
      const sum = sums.get(head) ?? noCalls();
      countCall(sum, true, atMs);
      sums.set(head, sum);
    },
    take() {
      const uses = [...sums].map(([head, sum]) => canaryUseOf(head, sum));
      sums.clear();
      return uses;
    },
  };
}
