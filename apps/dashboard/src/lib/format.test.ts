import { expect, it } from 'vitest';
import { formatBytes, formatDuration, formatSize } from './format.ts';

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

it.each([
  [88_080_384, '84 MiB'],
  [1_073_741_824, '1 GiB'],
  [1_300_000_000, '1.2 GiB'],
])('says of %d bytes: %s', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words);
});

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_234_567, '1.2 MB'],
  [5e15, '5,000 TB'],
])('says of a file of %d bytes: %s', (bytes, words) => {
  expect(formatSize(bytes)).toBe(words);
});
