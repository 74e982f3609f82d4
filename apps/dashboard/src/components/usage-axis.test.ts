import { USAGE_BUCKET_SECONDS, type UsagePeriod } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { axisTicks, countTicks } from './usage-axis.ts';

function ticks(period: UsagePeriod, buckets: number) {
  const bucketSeconds = USAGE_BUCKET_SECONDS[period];
  // Local time, so that the test holds in every time zone.
  const start = new Date(2026, 10, 10, 8, 38).getTime();
  const data = Array.from({ length: buckets }, (_, index) => ({
    from: new Date(start + index * bucketSeconds * 1000).toISOString(),
    accepted: 0,
    denied: 0,
  }));
  return [...axisTicks({ period, bucketSeconds, accepted: 0, denied: 0, data }).values()];
}

it('labels a day every four hours, though no bucket begins at one', () => {
  expect(ticks('24h', 96)).toEqual(['12:00', '16:00', '20:00', '00:00', '04:00', '08:00']);
});

it('labels a week by its days', () => {
  expect(ticks('7d', 168)).toEqual(['Wed', 'Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue']);
});

it('labels a month every five days, up to the last', () => {
  expect(ticks('30d', 30)).toHaveLength(6);
  expect(ticks('30d', 30).at(-1)).toBe('10 Dec');
});

it.each([
  [0, [0, 1, 2, 3, 4]],
  [3, [0, 1, 2, 3, 4]],
  [5, [0, 2, 4, 6]],
  [21, [0, 10, 20, 30]],
  [99, [0, 50, 100]],
  [101, [0, 50, 100, 150]],
  [9_999, [0, 5_000, 10_000]],
  [17_431, [0, 5_000, 10_000, 15_000, 20_000]],
  [1_312_333, [0, 500_000, 1_000_000, 1_500_000]],
])('divides an axis that shows %d evenly', (highest, ticks) => {
  expect(countTicks(highest)).toEqual(ticks);
});
