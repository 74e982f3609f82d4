/** How often each gateway is sent a whole snapshot: its whole workspace is read for it. */
export interface Allowance {
  /** How long until it may have the next, in milliseconds; 0 is at once. */
  waitMs(gatewayId: string): number;
  take(gatewayId: string): void;
}

/** So many at once, as an honest gateway on a bad line may need: the first comes at once. */
const AT_ONCE = 5;
/** After them one in so many milliseconds. */
const EVERY_MS = 60_000;

/** @param now in milliseconds; only goes forward */
export function createAllowance(now: () => number = () => performance.now()): Allowance {
  /** When each gateway has all of its snapshots again. */
  const wholeAt = new Map<string, number>();

  function forgetWhole(nowMs: number): void {
    for (const [gatewayId, atMs] of wholeAt) if (atMs <= nowMs) wholeAt.delete(gatewayId);
  }

  return {
    waitMs(gatewayId) {
      const lackMs = (wholeAt.get(gatewayId) ?? 0) - now();
      return Math.max(0, lackMs - (AT_ONCE - 1) * EVERY_MS);
    },
    take(gatewayId) {
      const nowMs = now();
      if (!wholeAt.has(gatewayId)) forgetWhole(nowMs);
      wholeAt.set(gatewayId, Math.max(wholeAt.get(gatewayId) ?? 0, nowMs) + EVERY_MS);
    },
  };
}
