import { expect, it } from 'vitest';
import { relativeTime, secondsAgo, utcTime } from './relative-time.ts';

const now = Date.parse('2026-11-23T12:00:00.000Z');

function after(seconds: number): string {
  return relativeTime(new Date(now + seconds * 1000).toISOString(), now);
}

it('calls anything within 45 seconds just now, since clocks differ', () => {
  expect([after(0), after(-44), after(44)]).toEqual(['just now', 'just now', 'just now']);
});

it.each([
  [-45, '1 minute ago'],
  [-180, '3 minutes ago'],
  [-59 * 60, '59 minutes ago'],
  [-59.9 * 60, '1 hour ago'],
  [-23.9 * 3600, '1 day ago'],
  [-29 * 86_400, '29 days ago'],
  [-44 * 86_400, '44 days ago'],
  [-46 * 86_400, '2 months ago'],
  [-364.9 * 86_400, '1 year ago'],
  [-800 * 86_400, '2 years ago'],
  [90 * 86_400, 'in 3 months'],
  [7 * 86_400, 'in 7 days'],
  [30 * 86_400, 'in 30 days'],
])('says of %d seconds: %s', (seconds, words) => {
  expect(after(seconds)).toBe(words);
});

const NEVER = /^(60 minutes|24 hours|4[5-9] days|1[2-9] months) /;

it('writes a moment in UTC as the dashboard does', () => {
  expect(utcTime(new Date('2026-11-23T08:05:12.999Z'))).toBe('23 Nov 2026, 08:05:12 UTC');
});

it('never says 60 minutes, 24 hours or 12 months', () => {
  for (let seconds = 45; seconds < 2 * 365 * 86_400; seconds += 997) {
    const words = after(-seconds);
    if (NEVER.test(words)) expect.fail(`${words}, of ${seconds} seconds`);
  }
});

it.each([
  [3, 'just now'],
  [-1.9, 'just now'],
  [-2, '2 seconds ago'],
  [-59.9, '59 seconds ago'],
  [-60, '1 minute ago'],
])('counts the seconds of %d', (seconds, words) => {
  expect(secondsAgo(new Date(now + seconds * 1000).toISOString(), now)).toBe(words);
});
