import { expect, it } from 'vitest';
import { mergeTexts } from './merge-texts.ts';

const BASE = 'a\nb\nc\nd\ne\n';

it.each([
  ['both change lines apart', 'A\nb\nc\nd\ne\n', 'a\nb\nc\nd\nE\n', 'A\nb\nc\nd\nE\n'],
  ['one adds at the end', 'a\nb\nc\nd\ne\nf\n', 'x\na\nb\nc\nd\ne\n', 'x\na\nb\nc\nd\ne\nf\n'],
  ['one removes', 'b\nc\nd\ne\n', 'a\nb\nc\nD\ne\n', 'b\nc\nD\ne\n'],
  ['only one changed', BASE, 'a\nb\n', 'a\nb\n'],
  ['both made the same change', 'a\nb\nC\nd\ne\n', 'a\nb\nC\nd\ne\n', 'a\nb\nC\nd\ne\n'],
])('merges where %s', (_case, mine, theirs, merged) => {
  expect(mergeTexts(BASE, mine, theirs)).toBe(merged);
  expect(mergeTexts(BASE, theirs, mine)).toBe(merged);
});

it.each([
  ['the same line', 'a\nb\nX\nd\ne\n', 'a\nb\nY\nd\ne\n'],
  ['neighbouring lines', 'a\nB\nc\nd\ne\n', 'a\nb\nC\nd\ne\n'],
  ['one place by adding', 'a\nx\nb\nc\nd\ne\n', 'a\ny\nb\nc\nd\ne\n'],
  ['a line that the other removed', 'a\nb\nX\nd\ne\n', 'a\nb\nd\ne\n'],
])('leaves it to a person where both change %s', (_case, mine, theirs) => {
  expect(mergeTexts(BASE, mine, theirs)).toBeUndefined();
  expect(mergeTexts(BASE, theirs, mine)).toBeUndefined();
});

it('never moves an edit to other lines that look alike', () => {
  const base = 'permit {\n};\nforbid {\n};\n';
  const mine = 'permit {\n};\nforbid {\n  x\n};\n';
  const theirs = 'forbid {\n};\n';
  expect(mergeTexts(base, mine, theirs)).toBe('forbid {\n  x\n};\n');
});
