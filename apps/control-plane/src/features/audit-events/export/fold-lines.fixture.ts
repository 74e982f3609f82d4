import { createHash } from 'node:crypto';
import { expect } from 'vitest';

const HASH = (bytes: Uint8Array, prefix: number) =>
  createHash('sha256')
    .update(Buffer.concat([Buffer.of(prefix), bytes]))
    .digest();

/**
 * Folds the lines into the root as a reader does, written anew from RFC 6962. Before each leaf its hash is
 * stated.
 */
export function rootOf(lines: readonly string[]): string {
  const stack: { start: number; end: number; hash: Buffer }[] = [];
  let stated = Buffer.alloc(0);
  for (const line of lines) {
    const { sequence, skipped, leafHashes } = JSON.parse(line);
    if (leafHashes) {
      stated = Buffer.from(leafHashes, 'base64');
      continue;
    }
    if (skipped) stack.push({ ...skipped, hash: Buffer.from(skipped.hash, 'base64') });
    else {
      const hash = HASH(Buffer.from(line), 0);
      expect(stated.subarray(0, 32)).toEqual(hash);
      stated = stated.subarray(32);
      stack.push({ start: sequence - 1, end: sequence, hash });
    }
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
