import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitLines } from './split-lines.ts';

async function linesOf(parts: readonly Uint8Array[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const some of splitLines(sent(parts))) lines.push(...some);
  return lines;
}

async function* sent(parts: readonly Uint8Array[]) {
  yield* parts;
}

it('finds the lines wherever the parts are cut, within a character too', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'é', '😀') });
  const cuts = fc.array(fc.nat(200), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.array(line), cuts, fc.boolean(), async (lines, places, isEnded) => {
      const text = lines.map((each) => `${each}\n`).join('') + (isEnded ? '' : 'end');
      const bytes = Buffer.from(text);
      const ends = [...places.sort((one, other) => one - other), bytes.length];
      const parts = ends.map((end, n) => bytes.subarray(n === 0 ? 0 : ends[n - 1], end));
      expect(await linesOf(parts)).toEqual(isEnded ? lines : [...lines, 'end']);
    }),
    { numRuns: 50 },
  );
});

it('takes the line ends of Windows, and no line that has no end', async () => {
  expect(await linesOf([Buffer.from('a\r'), Buffer.from('\nb\r\n')])).toEqual(['a', 'b']);
  const part = Buffer.alloc(600_000, 'a');
  await expect(linesOf([part, part])).rejects.toThrow('A line of the export is too long');
});
