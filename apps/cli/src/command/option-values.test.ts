import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  parseDuration,
  parseExpiry,
  readDays,
  readGrace,
  readHours,
  readLastMoment,
  requireChange,
} from './option-values.ts';

test.each([
  ['90', 90],
  ['90d', 90],
  ['2w', 14],
  ['48h', 2],
  ['never', null],
])('%s is %j days', (text, days) => {
  expect(readDays(text)).toBe(days);
});

test.each(['', '0', '0d', '36h', '-1', '1.5', 'none'])('%j is no number of days', (text) => {
  expect(() => readDays(text)).toThrow(/number of days such as 90/);
});

test.each([
  ['12', 12],
  ['12h', 12],
  ['7d', 168],
])('%s is %j hours', (text, hours) => {
  expect(readHours(text)).toBe(hours);
});

test.each(['', '0', '90m', 'never'])('%j is no number of hours', (text) => {
  expect(() => readHours(text)).toThrow(/number of hours such as 12/);
});

test('a grace of a rotation is limited in days', () => {
  expect(readGrace('30d')).toBe(2_592_000);
  expect(() => readGrace('31d')).toThrow('It can be at most 30 days.');
});

test('a change of nothing is a mistake; a change to nothing is not', () => {
  expect(() => requireChange({}, '--name')).toThrow('Give what to change: --name.');
  expect(requireChange({ expiry: null }, '--expiry')).toEqual({ expiry: null });
});

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

test.each([
  ['2026-12-31', '2026-12-31T23:59:59.999Z'],
  ['2026-12-31T00:00Z', '2026-12-31T00:00:00.000Z'],
  ['2026-12-31T12:00+02:00', '2026-12-31T10:00:00.000Z'],
])('%s lasts until %s', (text, moment) => {
  expect(readLastMoment(text)).toBe(moment);
});
