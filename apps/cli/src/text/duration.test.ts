import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDuration, parseExpiry } from './duration.ts';

const now = new Date('2026-11-23T08:00:00.000Z');

test.each([
  ['0s', 0],
  ['90s', 90],
  ['1h30m', 5400],
  ['30d', 2_592_000],
  ['2w', 1_209_600],
  ['1y', 31_536_000],
])('reads %s as %i seconds', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

test.each(['', '30', 'd', '-1d', '1.5h', '1 h', '30days', '1h30', '1H'])(
  'takes %j for no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test.each([
  ['never', null],
  ['30d', '2026-12-23T08:00:00.000Z'],
  ['2030-01-31', '2030-01-31T00:00:00.000Z'],
  ['2030-01-31T12:00Z', '2030-01-31T12:00:00.000Z'],
  ['2030-01-31T12:00:30+02:00', '2030-01-31T10:00:30.000Z'],
])('reads the expiry %s as %s', (text, instant) => {
  expect(parseExpiry(text, now)).toBe(instant);
});

test.each(['2030-02-31', '2030-13-01', '2030-01-31T12:00', '31.1.2030', 'tomorrow', '9999999y'])(
  'takes %j for no expiry: no such day, no zone, or too far away',
  (text) => {
    expect(parseExpiry(text, now)).toBeUndefined();
  },
);

test('answers any text without throwing', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseExpiry(text, now)));
});
