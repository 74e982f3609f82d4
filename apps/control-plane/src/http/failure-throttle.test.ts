import { describe, expect, it } from 'vitest';
import { createFailureThrottle } from './failure-throttle.ts';

const LIMITS = {
  windowMs: 1000,
  perAddressMax: 3,
  totalMax: 5,
  addressesMax: 6,
  atOnceMax: 4,
};

function start() {
  let nowMs = 0;
  const throttle = createFailureThrottle(LIMITS, () => nowMs);
  return {
    throttle,
    pass: (ms: number) => {
      nowMs += ms;
    },
    /** @returns whether it was let try */
    attempt(address: string | null, failed = true): boolean {
      const entered = throttle.enter(address);
      entered?.leave(failed);
      return entered !== undefined;
    },
  };
}

const times = (count: number, work: () => boolean) => Array.from({ length: count }, work);

describe('what fails', () => {
  it('is bounded for an address until the window ends; what succeeds counts nothing', () => {
    const { attempt, pass } = start();
    expect(times(9, () => attempt('10.0.0.1', false))).not.toContain(false);
    expect(times(4, () => attempt('10.0.0.1'))).toEqual([true, true, true, false]);
    expect(attempt('10.0.0.2')).toBe(true);
    pass(1000);
    expect(attempt('10.0.0.1')).toBe(true);
  });

  it('is bounded in all: then those who failed before wait, and strangers get one try each', () => {
    const { attempt } = start();
    for (const last of [1, 2, 3, 4, 5]) expect(attempt(`10.0.0.${last}`)).toBe(true);
    expect(attempt('10.0.0.1')).toBe(false);
    expect(times(2, () => attempt('10.0.0.6'))).toEqual([true, false]);
    expect(attempt('10.0.0.7')).toBe(false);
  });

  it('counts for all addresses of one IPv6 network, however they are written', () => {
    const { attempt } = start();
    for (const end of ['1', '2', 'ffff:0:0:9']) {
      expect(attempt(`2001:db8:0:1:${end.includes(':') ? end : `:${end}`}`)).toBe(true);
    }
    expect(attempt('2001:DB8:0:1::4')).toBe(false);
    expect(attempt('2001:db8:0:2::4')).toBe(true);
    expect(times(4, () => attempt('::ffff:10.0.0.1')).filter(Boolean)).toHaveLength(1);
  });

  it('counts where no address is known', () => {
    const { attempt } = start();
    expect(times(4, () => attempt(null))).toEqual([true, true, true, false]);
  });
});

it('lets so many of one address try at once: they would all begin before the first has failed', () => {
  const { throttle } = start();
  const entered = Array.from({ length: 5 }, () => throttle.enter('10.0.0.1'));
  expect(entered.map(Boolean)).toEqual([true, true, true, true, false]);
  expect(throttle.enter('10.0.0.2')).toBeDefined();
  entered[0]?.leave(false);
  expect(throttle.enter('10.0.0.1')).toBeDefined();
});
