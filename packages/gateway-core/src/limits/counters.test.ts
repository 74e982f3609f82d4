import type { Claim, RateLimit } from '@tollkeeper/verify';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCounters } from './counters.ts';

const LIMITS = [
  limitOf(1, 1000),
  limitOf(3, 1000),
  limitOf(7, 60_000),
  limitOf(1_000_000, 1000),
  limitOf(999_983, 86_400_000),
];

function limitOf(count: number, windowMs: number, per: RateLimit['per'] = 'key'): RateLimit {
  const name = `${count}/${windowMs} per ${per}`;
  return { id: name, name, count, unit: 'day', windowMs, per };
}

function claim(limit: RateLimit, subject = 'a'): Claim {
  return { limit, counter: `${limit.id} ${subject}` };
}

function start(options?: Parameters<typeof createCounters>[1]) {
  const clock = { nowMs: 1_000_000, monotonicMs: () => clock.nowMs };
  return { clock, counters: createCounters(clock, options) };
}

/** What a counter owes, as a fraction of calls: exact, since it is counted in whole numbers. */
interface Model {
  owed: bigint;
  atMs: bigint;
}

it('has the room that the algorithm defines, for all limits of a call or for none', () => {
  const step = fc.record({
    waitMs: fc.oneof(fc.nat(5), fc.nat(2000), fc.nat(90_000_000)),
    claims: fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { clock, counters } = start();
      const models = new Map<number, Model>();
      for (const { waitMs, claims } of steps) {
        clock.nowMs += waitMs;
        const now = BigInt(clock.nowMs);
        const asked = claims.map((number) => {
          const limit = LIMITS[number % LIMITS.length] ?? limitOf(1, 1000);
          const [count, windowMs] = [BigInt(limit.count), BigInt(limit.windowMs)];
          const model = models.get(number) ?? { owed: 0n, atMs: now };
          const left = model.owed - (now - model.atMs) * count;
          const owed = left > 0n ? left : 0n;
          models.set(number, { owed, atMs: now });
          return { number, limit, owed, count, windowMs };
        });
        const isFree = asked.every(
          (each) => each.owed + each.windowMs <= each.count * each.windowMs,
        );
        const room = counters.take(asked.map(({ limit, number }) => claim(limit, String(number))));
        expect(room.isFree).toBe(isFree);
        for (const [at, { number, owed, count, windowMs }] of asked.entries()) {
          const after = isFree ? owed + windowMs : owed;
          models.set(number, { owed: after, atMs: now });
          const remaining = (count * windowMs - after) / windowMs;
          expect(room.states[at]?.remaining).toBe(Number(remaining));
        }
      }
    }),
  );
});

it('lets no more through in any time than the limit and what came back meanwhile', () => {
  const { clock, counters } = start();
  const limit = limitOf(10, 1000);
  const times: number[] = [];
  for (let i = 0; i < 3000; i++) {
    clock.nowMs += (i * 7919) % 5;
    if (counters.take([claim(limit)]).isFree) times.push(clock.nowMs);
  }
  for (const [first, from] of times.entries()) {
    for (const [last, to] of times.entries()) {
      if (last >= first) expect(last - first + 1).toBeLessThanOrEqual(10 + (to - from) / 100);
    }
  }
  const sinceBegin = (clock.nowMs - (times[0] ?? 0)) / 100;
  expect(times.length).toBeGreaterThan(9 + sinceBegin - 1);
});

it('says when there is room again, to the millisecond', () => {
  const { clock, counters } = start();
  const one = claim(limitOf(3, 1000));
  for (let i = 0; i < 3; i++) expect(counters.take([one]).isFree).toBe(true);
  const [state] = counters.take([one]).states;
  expect(state).toEqual({ remaining: 0, nextMs: 334 });
  clock.nowMs += 333;
  expect(counters.take([one]).isFree).toBe(false);
  clock.nowMs += 1;
  expect(counters.take([one])).toEqual({ isFree: true, states: [{ remaining: 0, nextMs: 333 }] });
});

it('owes what was let through elsewhere, and never more than all of it', () => {
  const { clock, counters } = start();
  const one = claim(limitOf(2, 1000));
  for (let i = 0; i < 5; i++) counters.record([one]);
  expect(counters.take([one])).toEqual({ isFree: false, states: [{ remaining: 0, nextMs: 500 }] });
  clock.nowMs += 500;
  expect(counters.take([one]).isFree).toBe(true);
});

it('keeps its debt when the clock is set back', () => {
  const { clock, counters } = start();
  const one = claim(limitOf(1, 1000));
  expect(counters.take([one]).isFree).toBe(true);
  clock.nowMs -= 500_000;
  expect(counters.take([one]).isFree).toBe(false);
});

it('drops counters that are full again as new ones come', () => {
  const { clock, counters } = start();
  const limit = limitOf(5, 1000);
  for (let i = 0; i < 1000; i++) counters.take([claim(limit, `early ${i}`)]);
  expect(counters.count()).toBe(1000);
  clock.nowMs += 200;
  for (let i = 0; i < 1100; i++) counters.take([claim(limit, `late ${i}`)]);
  expect(counters.count()).toBeLessThan(1200);
});

it('keeps a limited number, and forgets those of addresses that called the longest ago', () => {
  const { counters } = start({ addressesMax: 100, othersMax: 100 });
  const daily = limitOf(1, 86_400_000, 'ip');
  const ofKey = claim(limitOf(1, 86_400_000));
  expect(counters.take([ofKey]).isFree).toBe(true);
  for (let i = 0; i < 100; i++) counters.take([claim(daily, String(i))]);
  // Used again, though in vain: it is not the oldest any more.
  counters.record([claim(daily, '0')]);
  for (let i = 100; i < 180; i++) counters.take([claim(daily, String(i))]);
  expect(counters.count()).toBe(101);
  expect(counters.take([claim(daily, '0')]).isFree).toBe(false);
  expect(counters.take([claim(daily, '1')]).isFree).toBe(true);
  expect(counters.take([ofKey]).isFree).toBe(false);
});
