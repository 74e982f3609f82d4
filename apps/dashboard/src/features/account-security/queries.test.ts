import { expect, it } from 'vitest';
import { secretGroups } from './queries.ts';

it('takes the secret of an otpauth address apart for typing', () => {
  const uri = 'otpauth://totp/Tollkeeper:ada%40example.com?secret=ABCDEFGHIJ&issuer=Tollkeeper';
  expect(secretGroups(uri)).toEqual(['ABCD', 'EFGH', 'IJ']);
});

it('finds none where there is none', () => {
  expect(secretGroups('otpauth://totp/x')).toEqual([]);
  expect(secretGroups('not an address')).toEqual([]);
});
