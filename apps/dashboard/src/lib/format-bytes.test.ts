import { expect, it } from 'vitest';
import { formatBytes } from './format-bytes.ts';

it.each([
  [88_080_384, '84 MiB'],
  [1_073_741_824, '1 GiB'],
  [1_300_000_000, '1.2 GiB'],
])('says of %d bytes: %s', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words);
});
