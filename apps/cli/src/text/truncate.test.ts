import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { truncate } from './truncate.ts';

test('a cut text fits, and a text that fits is not cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
      expect(stringWidth(truncate(text, width))).toBeLessThanOrEqual(width);
      if (stringWidth(text) <= width) expect(truncate(text, width)).toBe(text);
    }),
  );
});

test('does not cut an emoji or an accent in two', () => {
  expect(truncate('a👩‍🚀bc', 3)).toBe('a…');
  expect(truncate('e\u0301xyz', 2)).toBe('e\u0301…');
});
