import { WEBHOOK_ATTEMPTS_MAX } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { nextAttemptAt, RETRY_DELAYS_S } from './retry-schedule.ts';

const NOW = new Date('2027-01-31T12:00:00.000Z');
const after = (tries: number, retryAfter?: string, random = 0.5) => {
  const next = nextAttemptAt(tries, retryAfter, NOW, random);
  return next && (next.getTime() - NOW.getTime()) / 1000;
};

it('tries ten times in three days, each time after longer', () => {
  expect(RETRY_DELAYS_S).toHaveLength(WEBHOOK_ATTEMPTS_MAX - 1);
  expect(RETRY_DELAYS_S.toSorted((a, b) => a - b)).toEqual(RETRY_DELAYS_S);
  const days = RETRY_DELAYS_S.reduce((sum: number, each) => sum + each, 0) / 86_400;
  expect(days).toBeCloseTo(3, 0);
  expect(RETRY_DELAYS_S.map((_, index) => after(index + 1))).toEqual(RETRY_DELAYS_S);
  expect(after(WEBHOOK_ATTEMPTS_MAX)).toBeUndefined();
});

it('varies each delay by a tenth', () => {
  expect([after(3, undefined, 0), after(3, undefined, 1)]).toEqual([270, 330]);
});

it.each([
  ['120', 120],
  ['Sun, 31 Jan 2027 12:02:00 GMT', 120],
  ['10', 15],
  ['Sun, 31 Jan 2027 11:00:00 GMT', 15],
  ['999999999', 86_400],
  ['soon', 15],
  ['-1', 15],
  ['1e9', 15],
])('waits for Retry-After: %s', (value, seconds) => {
  expect(after(1, value)).toBe(seconds);
});
