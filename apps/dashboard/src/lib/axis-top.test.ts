import { expect, it } from 'vitest';
import { axisTop } from './axis-top.ts';

it.each([
  [0, 4],
  [3, 4],
  [5, 6],
  [99, 100],
  [101, 120],
  [9_999, 10_000],
  [17_431, 18_000],
  [1_312_333, 1_400_000],
])('ends an axis that shows %d at %d', (most, top) => {
  expect(axisTop(most)).toBe(top);
});
