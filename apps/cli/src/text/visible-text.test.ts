import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText as hostile } from '../testing/any-text.ts';
import { visibleJson, visibleText } from './visible-text.ts';

test('writes out what would move the cursor, colour the screen or turn the direction', () => {
  expect(visibleText('\u001b[2Jci\u009b1A\r\n\u202eevil\u2066')).toBe(
    '\\x1b[2Jci\\x9b1A\\x0d\\x0a\\u202eevil\\u2066',
  );
});

test('leaves letters, accents, joiners and emoji as they are', () => {
  const text = 'déjà 鍵 می‌خواهم 👩‍🚀 e\u0301';
  expect(visibleText(text)).toBe(text);
});

test('never lets a control, separator or direction character through', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const left = visibleText(text).replace(/[\u200c\u200d]/g, '');
      expect(left).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
  );
});

test('JSON keeps its value and shows no invisible character', () => {
  fc.assert(
    fc.property(fc.dictionary(hostile, fc.oneof(hostile, fc.integer())), (value) => {
      const json = visibleJson(value);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(json.replace(/[\n\u200c\u200d]/g, '')).not.toMatch(
        /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u,
      );
    }),
  );
});
