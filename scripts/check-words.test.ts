import { expect, it } from 'vitest';
import { findWords } from './check-words.mjs';

it('names the line and a replacement of each odd word, also of two words across a line', () => {
  const text = 'A gateway that is Told nothing\nis one that nobody has heard\nof. It stands alone.';
  expect(findWords(text)).toEqual([
    { line: 1, word: 'told', instead: expect.stringContaining('notified') },
    { line: 2, word: 'heard of', instead: expect.stringContaining('last seen') },
  ]);
});

it('leaves words alone that only contain one', () => {
  expect(findWords('a watchmaker, an untold story, `makeRoom`, he stands inside')).toEqual([]);
});
