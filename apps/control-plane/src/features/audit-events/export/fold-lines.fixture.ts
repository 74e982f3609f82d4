import { createHash } from 'node:crypto';
import { expect } from 'vitest';

const HASH = (bytes: Uint8Array, prefix: number) =>
  createHash('sha256')
    .update(Buffer.concat([Buffer.of(prefix), bytes]))
    .digest();

/** Folds the lines into the root as a reader does, written anew from RFC 6962. */
export function rootOf(lines: readonly string[]): string {
  const stack: { start: number; end: number; hash: Buffer }[] = [];
  for (const line of lines) {
    const { sequence, skipped } = JSON.parse(line);
    stack.push(
      skipped
        ? { ...skipped, hash: Buffer.from(skipped.hash, 'base64') }
        : { start: sequence - 1, end: sequence, hash: HASH(Buffer.from(line), 0) },
    );
    for (let last = stack.at(-1), before = stack.at(-2); last && before; ) {
      expect(last.start).toBe(before.end);
      const size = last.end - last.start;
      if (before.end - before.start !== size || before.start % (2 * size) !== 0) break;
      const hash = HASH(Buffer.concat([before.hash, last.hash]), 1);
      stack.splice(-2, 2, { start: before.start, end: last.end, hash });
      [before, last] = [stack.at(-2), stack.at(-1)];
    }
  }
  expect(stack[0]?.start).toBe(0);
  const hashes = stack.map(({ hash }) => hash);
  const root = hashes.reduceRight((right, left) => HASH(Buffer.concat([left, right]), 1));
  return root.toString('base64');
}
