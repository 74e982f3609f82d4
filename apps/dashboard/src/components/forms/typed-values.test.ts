import { expect, it } from 'vitest';
import { joinRanges, parseDays, splitRanges } from './typed-values.ts';

it.each([
  ['', null],
  [' 90 ', 90],
  ['3650', 3650],
  ['3651', undefined],
  ['0', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['ninety', undefined],
])('reads "%s" as %s', (typed, days) => {
  expect(parseDays(typed)).toBe(days);
});

it('takes pasted ranges apart and keeps what is none for correction', () => {
  expect(splitRanges('10.0.0.0/8, 192.168.1.7;2001:db8::/32\n10.0.0.0/99 nonsense')).toEqual({
    good: ['10.0.0.0/8', '192.168.1.7', '2001:db8::/32'],
    bad: ['10.0.0.0/99', 'nonsense'],
  });
});

it('holds each range once', () => {
  expect(joinRanges(['10.0.0.0/8'], ['10.0.0.0/8', '::1'])).toEqual(['10.0.0.0/8', '::1']);
});
