import { expect, it } from 'vitest';
import { formatDuration } from './format-duration.ts';

it.each([
  [0, '0 ms'],
  [84, '84 ms'],
  [1_234, '1.2 s'],
  [60_000, '1 min'],
  [900_000, '15 min'],
  [5_400_000, '1.5 h'],
  [86_400_000, '1 day'],
  [604_800_000, '7 days'],
])('says of %d ms: %s', (ms, words) => {
  expect(formatDuration(ms)).toBe(words);
});
