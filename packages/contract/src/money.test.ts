import { expect, test } from 'vitest';
import { formatMoney } from './money.ts';

test.each([
  [1999, 'eur', '€19.99'],
  [-2000, 'usd', '-$20.00'],
  [1999, 'jpy', '¥1,999'],
  [1999, 'mga', 'MGA 1,999'],
  [500, 'isk', 'ISK 5'],
  [500, 'ugx', 'UGX 5'],
  [1045, 'huf', 'HUF 10.45'],
  [1000, 'huf', 'HUF 10'],
  [80045, 'twd', 'NT$800.45'],
  [12_345, 'all', 'ALL 123.45'],
  [5120, 'kwd', 'KWD 5.120'],
  [5000, 'kwd', 'KWD 5.000'],
  [5, 'iqd', 'IQD 0.05'],
])('writes %i %s of the payment provider as %s', (amount, currency, words) => {
  expect(formatMoney(amount, currency).replaceAll('\u00a0', ' ')).toBe(words);
});
