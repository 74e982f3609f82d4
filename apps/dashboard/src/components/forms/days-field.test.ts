import { expect, it } from 'vitest';
import { parseDays } from './days-field.tsx';

it.each([
  ['', null],
  [' 90 ', 90],
  ['3650', 3650],
  ['3651', undefined],
  ['0', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['ninety', undefined],
])('reads "%s" as %s', (typed, days) => {
  expect(parseDays(typed)).toBe(days);
});
