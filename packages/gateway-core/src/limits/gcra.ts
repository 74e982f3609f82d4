/**
 * The generic cell rate algorithm, in whole numbers: a counter of N calls in W milliseconds owes W for
 * each call, and pays back N in each millisecond, so that it has room for N calls at once and then for
 * one every W/N ms. N · W is at most 8.64e13, so nothing is ever rounded.
 */
export interface Counter {
  /** What it owed at `atMs`. */
  debt: number;
  /** In whole milliseconds. */
  atMs: number;
}

export interface Rate {
  readonly count: number;
  readonly windowMs: number;
}

/** How much room a counter has. */
export interface LimitState {
  /** Calls that it would let through at once. */
  readonly remaining: number;
  /** Until there is room for one more, in milliseconds; 0 where it is full. */
  readonly nextMs: number;
}

/** What it owes now. A clock that was set back pays nothing. */
export function debtAt({ debt, atMs }: Counter, { count }: Rate, nowMs: number): number {
  return Math.max(0, debt - Math.max(0, nowMs - atMs) * count);
}

export function hasRoom(debt: number, { count, windowMs }: Rate): boolean {
  return debt <= (count - 1) * windowMs;
}

/** @param debt what it owes now, after the call if that was let through */
export function stateOf(debt: number, { count, windowMs }: Rate): LimitState {
  const remaining = Math.floor((count * windowMs - debt) / windowMs);
  if (debt === 0) return { remaining, nextMs: 0 };
  return { remaining, nextMs: Math.ceil((debt - (count - remaining - 1) * windowMs) / count) };
}
