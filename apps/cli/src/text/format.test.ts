import { expect, test } from 'vitest';
import { relativeAndExact, relativeTime } from './format.ts';

const now = new Date('2026-11-23T08:00:00.000Z');

test.each([
  [null, 'never'],
  ['2026-11-23T07:59:58.000Z', 'just now'],
  ['2026-11-23T07:59:30.000Z', 'just now'],
  ['2026-11-23T07:57:00.000Z', '3 minutes ago'],
  ['2026-11-23T07:00:20.000Z', '1 hour ago'],
  ['2026-11-22T08:20:00.000Z', '1 day ago'],
  ['2026-12-23T07:59:00.000Z', 'in 30 days'],
  ['2027-02-21T08:00:00.000Z', 'in 3 months'],
  ['2027-11-23T08:00:00.000Z', 'in 1 year'],
])('says %s as "%s"', (instant, text) => {
  expect(relativeTime(instant, now)).toBe(text);
});

test('gives the exact time in UTC beside it', () => {
  expect(relativeAndExact('2026-11-23T07:57:00.000Z', now)).toBe(
    '3 minutes ago (2026-11-23 07:57:00 UTC)',
  );
});
