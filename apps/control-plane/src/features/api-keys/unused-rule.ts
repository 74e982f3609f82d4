import type { KeyRow } from './lock-key.ts';

/** When the daily job runs, in UTC. */
export const UNUSED_RUN = { hour: 3, minute: 23 } as const;

const DAY_MS = 86_400_000;

type UnusedFacts = Pick<
  KeyRow,
  'status' | 'canary' | 'createdAt' | 'expiresAt' | 'lastUsedAt' | 'enabledAt'
>;

/**
 * From when on the daily job disables the key unless it is used before: days after it was last
 * used, made, or enabled again. Null when it never will: no rule, not active, expired by then, or a canary key,
 * which nobody should use.
 */
export function disablesAt(key: UnusedFacts, unusedDaysMax: number | null): Date | null {
  if (unusedDaysMax === null || key.status !== 'active' || key.canary) return null;
  const active = Math.max(
    (key.lastUsedAt ?? key.createdAt).getTime(),
    key.enabledAt?.getTime() ?? 0,
  );
  const at = new Date(active + unusedDaysMax * DAY_MS);
  return key.expiresAt && key.expiresAt <= at ? null : at;
}

/** Whether the job disables the key when it runs at that moment. */
export function isUnused(key: UnusedFacts, unusedDaysMax: number | null, at: Date): boolean {
  const disabled = disablesAt(key, unusedDaysMax);
  return disabled !== null && disabled <= at && !(key.expiresAt && key.expiresAt <= at);
}

/** The first run of the job after the moment. */
export function nextUnusedRun(after: Date): Date {
  const run = new Date(after);
  run.setUTCHours(UNUSED_RUN.hour, UNUSED_RUN.minute, 0, 0);
  return run > after ? run : new Date(run.getTime() + DAY_MS);
}
