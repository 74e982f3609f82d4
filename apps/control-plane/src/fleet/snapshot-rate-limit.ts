/** Limits how often a gateway causes work, such as a whole snapshot, for which its whole workspace is read. */
export interface SnapshotRateLimit {
  /** Milliseconds until the gateway may have the next; 0 is now. */
  waitMs(gatewayId: string): number;
  take(gatewayId: string): void;
}

interface Rate {
  /** How many it may have at once, as an honest gateway on a bad line may need. */
  readonly atOnce: number;
  /** After them, the time between two, in milliseconds. */
  readonly everyMs: number;
}

const SNAPSHOTS: Rate = { atOnce: 5, everyMs: 60_000 };

/** @param now in milliseconds; only goes forward */
export function createSnapshotRateLimit(
  now: () => number = () => performance.now(),
  { atOnce, everyMs }: Rate = SNAPSHOTS,
): SnapshotRateLimit {
  /** When each gateway may have all at once again. */
  const wholeAt = new Map<string, number>();

  function forgetWhole(nowMs: number): void {
    for (const [gatewayId, atMs] of wholeAt) if (atMs <= nowMs) wholeAt.delete(gatewayId);
  }

  return {
    waitMs(gatewayId) {
      const lackMs = (wholeAt.get(gatewayId) ?? 0) - now();
      return Math.max(0, lackMs - (atOnce - 1) * everyMs);
    },
    take(gatewayId) {
      const nowMs = now();
      if (!wholeAt.has(gatewayId)) forgetWhole(nowMs);
      wholeAt.set(gatewayId, Math.max(wholeAt.get(gatewayId) ?? 0, nowMs) + everyMs);
    },
  };
}
