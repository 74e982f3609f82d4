import { expect, test } from 'vitest';
import { readDays, readGrace, readHours, requireChange } from './option-values.ts';

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
