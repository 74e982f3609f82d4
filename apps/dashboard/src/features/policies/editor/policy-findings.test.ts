import { expect, it } from 'vitest';
import { findingsOf, rangeOf } from './policy-findings.ts';

const TEXT = 'permit (\n  principal\n);';

function finding(line: number, column: number, endLine = line, endColumn = column + 1) {
  return { message: 'unexpected', line, column, endLine, endColumn };
}

it('finds the place by line and column, which begin with 1', () => {
  expect(rangeOf(TEXT, finding(2, 3, 2, 12))).toEqual({ from: 11, to: 20 });
  expect(TEXT.slice(11, 20)).toBe('principal');
});

it('keeps what lies outside of the text inside', () => {
  expect(rangeOf(TEXT, finding(2, 90, 2, 91))).toEqual({ from: 20, to: 20 });
  expect(rangeOf(TEXT, finding(9, 1))).toEqual({ from: TEXT.length, to: TEXT.length });
  expect(rangeOf(TEXT, finding(3, 2, 1, 1))).toEqual({ from: 22, to: 22 });
  expect(rangeOf('', finding(1, 1))).toEqual({ from: 0, to: 0 });
});

it('sorts errors and warnings by their place', () => {
  const sorted = findingsOf({
    errors: [finding(3, 1), finding(1, 5)],
    warnings: [finding(1, 2)],
  });
  expect(sorted.map(({ line, column, severity }) => [line, column, severity])).toEqual([
    [1, 2, 'warning'],
    [1, 5, 'error'],
    [3, 1, 'error'],
  ]);
});
