import { describe, expect, it } from 'vitest';
import { readSubscriptions, type SubscriptionFacts } from './subscription-plan.ts';

const NOW = new Date('2026-11-30T12:00:00Z');
const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
const terms = { now: NOW, graceDays: 14, pastDueSince: null };

function subscription(given: Partial<SubscriptionFacts> = {}): SubscriptionFacts {
  const ends = { periodEnd: inDays(10), cancelAt: null, unpaidSince: null };
  return { id: 'sub_1', status: 'active', plan: 'pro', ...ends, ...given };
}

describe('the plan', () => {
  it.each([
    ['active', 'pro'],
    ['trialing', 'pro'],
    ['past_due', 'pro'],
    ['unpaid', 'pro'],
    ['paused', undefined],
    ['incomplete', undefined],
    ['incomplete_expired', undefined],
    ['canceled', undefined],
    ['a status of a later version', undefined],
  ])('of a subscription that is %s is %s', (status, plan) => {
    expect(readSubscriptions([subscription({ status })], terms).given?.plan).toBe(plan);
  });

  it('is the highest of several, and what goes on longer follows when it ends', () => {
    const ending = subscription({ cancelAt: inDays(10) });
    const other = subscription({ id: 'sub_2', plan: 'developer' });
    const { given, live } = readSubscriptions([other, ending], terms);
    expect(given).toMatchObject({ plan: 'pro', until: inDays(10), planAfter: 'developer' });
    expect(live).toHaveLength(2);
    expect(readSubscriptions([ending], terms).given?.planAfter).toBe('free');
  });

  it('is none where the price belongs to no plan, which is named', () => {
    const other = subscription({ plan: undefined });
    const { given, unknown } = readSubscriptions([other], terms);
    expect({ given, unknown }).toEqual({ given: undefined, unknown: [other] });
  });
});

describe('the grace period', () => {
  const failing = (days: number) => subscription({ status: 'past_due', unpaidSince: inDays(days) });

  it('begins when the invoice was due, and ends the plan', () => {
    expect(readSubscriptions([failing(-13)], terms).given).toMatchObject({
      ...{ plan: 'pro', until: inDays(1), planAfter: 'free', isOver: false },
    });
    expect(readSubscriptions([failing(-14)], terms).given?.isOver).toBe(true);
    expect(readSubscriptions([failing(-1)], { ...terms, graceDays: 0 }).given?.isOver).toBe(true);
  });

  it('that is over counts less than what is paid, however low', () => {
    const other = subscription({ id: 'sub_2', plan: 'developer' });
    const { given } = readSubscriptions([failing(-14), other], terms);
    expect(given).toMatchObject({ plan: 'developer', isOver: false });
  });

  it('does not begin again with a later invoice', () => {
    const stored = { ...terms, pastDueSince: inDays(-14) };
    const { given, pastDueSince } = readSubscriptions([failing(-1)], stored);
    expect(given).toMatchObject({ isOver: true, until: NOW });
    expect(pastDueSince).toEqual(inDays(-14));
  });

  it('is over once the subscription is paid, and begins anew with another failure', () => {
    const stored = { ...terms, pastDueSince: inDays(-14) };
    expect(readSubscriptions([subscription()], stored)).toMatchObject({
      ...{ pastDueSince: null, given: { plan: 'pro', until: null } },
    });
  });

  it('ends no later than the subscription', () => {
    const both = { ...failing(-1), cancelAt: inDays(2) };
    expect(readSubscriptions([both], terms).given?.until).toEqual(inDays(2));
  });
});
