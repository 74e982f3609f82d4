import type { Claim } from '@tollkeeper/verify';
import type { Clock } from '../clock.ts';
import { type Counter, debtAt, hasRoom, type LimitState, stateOf } from './gcra.ts';

/** Whether all limits of a call have room, and what is left in each, in the order of its claims. */
export interface Room {
  readonly isFree: boolean;
  readonly states: readonly LimitState[];
}

/** The counters of rate limits in one process. */
export interface Counters {
  /** Takes from all counters, or, where one has no room, from none. */
  take(claims: readonly Claim[]): Room;
  /** Takes from all, whether they have room or not, for a call that was let through elsewhere. */
  record(claims: readonly Claim[]): void;
  /** How many are kept. */
  count(): number;
}

/** How many counters of addresses are kept: anyone with a key may call from many. */
export const ADDRESSES_MAX = 100_000;
/** How many of all others, which are as many as keys, owners and workspaces. */
export const OTHERS_MAX = 500_000;

export function createCounters(
  clock: Pick<Clock, 'monotonicMs'>,
  { addressesMax = ADDRESSES_MAX, othersMax = OTHERS_MAX } = {},
): Counters {
  const ofAddresses = createTable(addressesMax);
  const others = createTable(othersMax);
  const tableOf = ({ limit }: Claim) => (limit.per === 'ip' ? ofAddresses : others);
  const now = () => Math.floor(clock.monotonicMs());
  const debtOf = (claim: Claim, nowMs: number) => {
    const counter = tableOf(claim).find(claim.counter);
    return counter ? debtAt(counter, claim.limit, nowMs) : 0;
  };
  const owe = (claim: Claim, debt: number, nowMs: number) => {
    const { counter, limit } = claim;
    tableOf(claim).put(counter, { debt, atMs: nowMs, paysPerMs: limit.count }, nowMs);
  };
  return {
    take(claims) {
      const nowMs = now();
      const debts = claims.map((claim) => debtOf(claim, nowMs));
      const isFree = claims.every(({ limit }, at) => hasRoom(debts[at] ?? 0, limit));
      const states = claims.map((claim, at) => {
        const debt = (debts[at] ?? 0) + (isFree ? claim.limit.windowMs : 0);
        if (isFree) owe(claim, debt, nowMs);
        return stateOf(debt, claim.limit);
      });
      return { isFree, states };
    },
    record(claims) {
      const nowMs = now();
      for (const claim of claims) {
        const { count, windowMs } = claim.limit;
        owe(claim, Math.min(count * windowMs, debtOf(claim, nowMs) + windowMs), nowMs);
      }
    },
    count: () => ofAddresses.size() + others.size(),
  };
}

interface StoredCounter extends Counter {
  readonly paysPerMs: number;
}

/** Counters that are looked at with each new one, to drop those that are full again. */
const SWEPT = 2;

/**
 * Counters by their name, as many as `max`: a new one takes the place of one that is full again, and
 * where none is, of the one that was used the longest ago.
 */
function createTable(max: number) {
  const counters = new Map<string, StoredCounter>();
  // Kept, since a map is searched from its beginning, with all that was removed there, by a new one.
  let swept = counters.entries();
  let oldest = counters.keys();
  const sweep = (nowMs: number) => {
    for (let left = SWEPT; left > 0; left--) {
      const { done, value } = swept.next();
      if (done) swept = counters.entries();
      else if (value[1].debt <= (nowMs - value[1].atMs) * value[1].paysPerMs) {
        counters.delete(value[0]);
      }
    }
  };
  const dropOldest = () => {
    let next = oldest.next();
    if (next.done) {
      oldest = counters.keys();
      next = oldest.next();
    }
    if (!next.done) counters.delete(next.value);
  };
  return {
    find: (name: string) => counters.get(name),
    size: () => counters.size,
    put(name: string, counter: StoredCounter, nowMs: number) {
      // At the end, as the one that was used last.
      const isNew = !counters.delete(name);
      counters.set(name, counter);
      if (!isNew) return;
      sweep(nowMs);
      if (counters.size > max) dropOldest();
    },
  };
}
