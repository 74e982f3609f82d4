import { expect, it } from 'vitest';
import { joinRanges, splitRanges } from './token-field.tsx';

it('takes pasted ranges apart and keeps what is none for correction', () => {
  expect(splitRanges('10.0.0.0/8, 192.168.1.7;2001:db8::/32\n10.0.0.0/99 nonsense')).toEqual({
    good: ['10.0.0.0/8', '192.168.1.7', '2001:db8::/32'],
    bad: ['10.0.0.0/99', 'nonsense'],
  });
});

it('holds each range once', () => {
  expect(joinRanges(['10.0.0.0/8'], ['10.0.0.0/8', '::1'])).toEqual(['10.0.0.0/8', '::1']);
});
