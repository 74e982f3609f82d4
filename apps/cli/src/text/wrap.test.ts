import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayWidth } from './display-width.ts';
import { wrap } from './wrap.ts';

test('breaks between words, and lets a word that is too long stand alone', () => {
  expect(wrap('audit.read fleet.read a-very-long-scope', 12)).toEqual([
    'audit.read',
    'fleet.read',
    'a-very-long-scope',
  ]);
});

test('loses nothing and exceeds the width only by a single word', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
      const lines = wrap(text, width);
      expect(lines.join(' ')).toBe(text);
      for (const line of lines) {
        if (line.trim().includes(' ')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }
    }),
  );
});
