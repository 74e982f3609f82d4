import type { CallCounts } from '@tollkeeper/gateway-core';

/** Whose call is counted. */
export interface UsageSubject {
  readonly organizationId: string;
  readonly keyId: string;
  readonly ownerId: string;
  readonly workspaceId: string | null;
}

/** The calls of one key in one minute, from one source. */
export interface UsageRow extends UsageSubject, CallCounts {
  readonly minuteMs: number;
}

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

/** A column as one text, which is the least work to put together and to read: no id holds a space. */
export function joined<Row>(rows: readonly Row[], cell: (row: Row) => string | number): string {
  return rows.map(cell).join(' ');
}
