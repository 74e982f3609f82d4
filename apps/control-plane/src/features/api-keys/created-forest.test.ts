import { expect, it } from 'vitest';
import { splitForest } from './created-forest.ts';

const forest = {
  createdBy: new Map([
    ['a', ['b', 'c']],
    ['b', ['d']],
    // A rotation leads back.
    ['d', ['a']],
    ['e', ['c', 'f']],
  ]),
};

it('gives each key to the first tree that reaches it', () => {
  expect(splitForest(forest, ['a', 'b', 'e'])).toEqual(
    new Map([
      ['a', ['a', 'b', 'c', 'd']],
      ['e', ['e', 'f']],
    ]),
  );
  expect(splitForest(forest, ['b', 'a'])).toEqual(new Map([['b', ['b', 'd', 'a', 'c']]]));
});

it('begins no further tree once it has as many keys as allowed', () => {
  expect([...splitForest(forest, ['b', 'e'], 4).keys()]).toEqual(['b']);
  expect([...splitForest(forest, ['b', 'e'], 5).keys()]).toEqual(['b', 'e']);
});
