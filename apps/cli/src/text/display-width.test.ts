import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayWidth, truncate } from './display-width.ts';

test.each([
  ['ci-pipeline', 11],
  ['鍵の名前', 8],
  ['ｆｕｌｌ', 8],
  ['키', 2],
  ['👩‍🚀', 2],
  ['🇨🇭', 2],
  ['❤️', 2],
  ['e\u0301', 1],
  ['●…', 2],
  ['', 0],
])('counts the columns of %s', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test('a cut text fits, and a text that fits is not cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
      expect(displayWidth(truncate(text, width))).toBeLessThanOrEqual(width);
      if (displayWidth(text) <= width) expect(truncate(text, width)).toBe(text);
    }),
  );
});

test('does not cut an emoji or an accent in two', () => {
  expect(truncate('a👩‍🚀bc', 3)).toBe('a…');
  expect(truncate('e\u0301xyz', 2)).toBe('e\u0301…');
});
