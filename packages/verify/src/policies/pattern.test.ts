import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compilePattern } from './pattern.ts';

/** By the definition: a wildcard takes any number of characters. */
function matches([first = '', ...rest]: readonly string[], text: string): boolean {
  if (!text.startsWith(first)) return false;
  if (rest.length === 0) return text === first;
  const tail = text.slice(first.length);
  return Array.from({ length: tail.length + 1 }, (_, i) => tail.slice(i)).some((each) =>
    matches(rest, each),
  );
}

it('matches as the definition says', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
  const part = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 4 });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), text, (parts, of) => {
      expect(compilePattern(parts)(of)).toBe(matches(parts, of));
    }),
    { numRuns: 2000 },
  );
});

it('takes no pattern for longer than the text is', () => {
  const text = `${'a'.repeat(200_000)}c`;
  expect(compilePattern(['', ...Array(1000).fill('a'), 'b'])(text)).toBe(false);
  // The product of both lengths would be 10^10.
  expect(compilePattern(['', `${'a'.repeat(100_000)}b`, 'c'])(text)).toBe(false);
});
