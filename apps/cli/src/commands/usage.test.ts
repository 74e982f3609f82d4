import { expect, test } from 'vitest';
import { sparkline } from './usage.ts';

test('draws the highest count as the tallest bar and none as a dot', () => {
  expect(sparkline([0, 1, 4, 8])).toBe('·▁▄█');
});

test('draws a day without calls', () => {
  expect(sparkline([0, 0])).toBe('··');
});
