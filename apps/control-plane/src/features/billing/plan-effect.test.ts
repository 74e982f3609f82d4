import type { Plan } from '@tollkeeper/contract';
import { describe, expect, it } from 'vitest';
import { crossedBy } from './note-key-limit.ts';
import { planEffect } from './plan-effect.ts';

const onPro = { plan: 'pro', keysMax: null, until: null } as const;

describe('a change of plan is explained', () => {
  it.each<[Plan, number, string]>([
    [
      'free',
      7,
      'Free allows 3 keys and you have 7. All 7 keep working; you cannot create more until 5 are gone.',
    ],
    [
      'free',
      3,
      'Free allows 3 keys and you have 3. All 3 keep working; you cannot create more until 1 is gone.',
    ],
    ['free', 0, 'Free allows 3 keys and you have none. You can create 3 more.'],
    ['developer', 7, 'Developer allows 10 keys and you have 7. You can create 3 more.'],
    ['enterprise', 7, 'Enterprise has no limit of keys, and you have 7.'],
    ['pro', 7, 'This is your plan now.'],
  ])('to %s with %i keys', (plan, used, sentence) => {
    expect(planEffect(plan, onPro, used)).toBe(sentence);
  });

  it('with what the operator set and the change ends', () => {
    const current = { plan: 'pro', keysMax: 50, until: new Date(0) } as const;
    expect(planEffect('enterprise', current, 30)).toBe(
      'Enterprise has no limit of keys, and you have 30. The limit of 50 keys that the operator set for you no longer applies. The new plan has no end date.',
    );
  });
});

describe('the limit of keys is crossed', () => {
  const levelOf = (used: number, max: number | null) =>
    crossedBy({ used: used - 1, max }, { used, max });

  it.each([
    [10, [8], [10]],
    [3, [], [3]],
    [1, [], [1]],
    [21, [17], [21]],
  ])('of %i keys, by one key each time', (max, near, reached) => {
    const used = Array.from({ length: max + 5 }, (_, at) => at + 1);
    const by = (level: string) => used.filter((each) => levelOf(each, max) === level);
    expect({ near: by('near'), reached: by('reached') }).toEqual({ near, reached });
  });

  it('by no key where there is none', () => {
    expect(levelOf(5, null)).toBeUndefined();
  });

  it.each([
    ['a lower limit', [7, 20], [7, 3], 'reached'],
    ['a limit where there was none', [8, null], [8, 10], 'near'],
    ['many keys at once', [1, 10], [10, 10], 'reached'],
    ['a lower limit that was reached already', [7, 7], [7, 3], undefined],
    ['a higher limit, to which it is near now', [10, 10], [10, 12], undefined],
  ] as const)('by %s', (_change, [usedBefore, maxBefore], [used, max], crossed) => {
    const before = { used: usedBefore, max: maxBefore };
    expect(crossedBy(before, { used, max })).toBe(crossed);
  });
});
