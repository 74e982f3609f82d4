import { expect, it } from 'vitest';
import { FIRST_DRAFT, joinKeyBody, parseUses } from './join-key-draft.ts';

it.each([
  ['1', 1],
  [' 25 ', 25],
  ['1000', 1000],
  ['1001', undefined],
  ['0', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['1e2', undefined],
  ['', undefined],
])('reads "%s" uses as %s', (typed, uses) => {
  expect(parseUses(typed)).toBe(uses);
});

it('asks for one use within an hour by default', () => {
  expect(joinKeyBody(FIRST_DRAFT)).toEqual({ lifetimeSeconds: 3600, usesMax: 1, labels: {} });
});
