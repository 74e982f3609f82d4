import { emptyRoot, type Hash, nodeHash } from './hash.ts';

/** A complete subtree: the leaves from `index * 2 ** level` on, `2 ** level` of them. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

/** Reads the hash of a complete subtree; level 0 holds the hashes of leaves. */
export type HashReader = (level: number, index: number) => Hash | Promise<Hash>;

/** The complete subtrees that hold exactly the leaves from `start` up to `end`: as few as possible, in order. */
export function subtreesOf(start: number, end: number): Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = start; at < end; ) {
    const level = levelOf(at, end);
    subtrees.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return subtrees;
}

/** Level of the largest complete subtree that begins at a leaf and ends no later than `end`. */
function levelOf(start: number, end: number): number {
  let level = 0;
  while (start % 2 ** (level + 1) === 0 && start + 2 ** (level + 1) <= end) level += 1;
  return level;
}

/** Root of a log that has its first `size` entries. */
export async function rootOf(size: number, hashes: HashReader): Promise<Hash> {
  return size === 0 ? emptyRoot() : rangeHash(0, size, hashes);
}

/**
 * MTH(D[start:end]) of RFC 6962, for a range that the recursion of the RFC reaches: one complete
 * subtree, or the right edge of the tree.
 */
export async function rangeHash(start: number, end: number, hashes: HashReader): Promise<Hash> {
  const subtrees = subtreesOf(start, end);
  return foldRight(await Promise.all(subtrees.map(({ level, index }) => hashes(level, index))));
}

/** Hash above complete subtrees that become smaller from left to right. */
export function foldRight(hashes: readonly Hash[]): Hash {
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** The largest power of two that is smaller than a count of two or more. */
export function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}
