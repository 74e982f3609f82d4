import { expect, test } from 'vitest';
import { keyName } from '../text.ts';
import { HOSTILE_NAMES, HOSTILE_TEXTS } from './hostile-names.ts';

test.each(HOSTILE_NAMES)('$what is accepted as a name', ({ text }) => {
  expect(keyName.parse(text)).toBe(text);
});

test.each(HOSTILE_TEXTS)('$what is refused as a name', ({ text }) => {
  expect(keyName.safeParse(text).success).toBe(false);
});
