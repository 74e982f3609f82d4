import type { UsageRow } from './usage-row.ts';

/** When a key was last used, in milliseconds since the epoch. */
export interface LastUse {
  readonly keyId: string;
  readonly lastAcceptedMs: number;
}

/** Last uses that are not stored yet, a key once, in the order in which they came. */
export type LastUses = Map<string, number>;

/** Later calls change the time that waits, and not its place. */
export function noteLastUses(uses: LastUses, rows: readonly UsageRow[]): void {
  for (const { keyId, lastAcceptedMs } of rows) {
    if (lastAcceptedMs > (uses.get(keyId) ?? 0)) uses.set(keyId, lastAcceptedMs);
  }
}

/** Takes out the first ones. */
export function takeLastUses(uses: LastUses, countMax: number): LastUse[] {
  const taken: LastUse[] = [];
  for (const [keyId, lastAcceptedMs] of uses) {
    if (taken.length === countMax) break;
    taken.push({ keyId, lastAcceptedMs });
    uses.delete(keyId);
  }
  return taken;
}
