import type { Hash } from '../tree/hash.ts';
import { type Subtree, subtreesOf } from '../tree/subtrees.ts';

/** Lines of a pruned tree: the JSON Lines export with proofs. */

/** A complete subtree of leaves that a filter left out. */
export interface SkippedSubtree extends Subtree {
  /** Index of its first leaf. */
  readonly start: number;
  /** Index after its last leaf. */
  readonly end: number;
}

/** The first line. @param publicKey verifier key text of the log */
export function exportHead(checkpoint: string, publicKey: string): string {
  return JSON.stringify({ checkpoint, publicKey });
}

/** How many leaves one line of hashes covers at most. */
export const STATED_LEAVES_MAX = 256;

/**
 * The line before leaves that follow each other: their hashes as the tree has them. The root is what
 * proves the leaves; by these hashes a reader names the first that was edited.
 */
export function leafHashesLine(hashes: readonly Hash[]): string {
  return JSON.stringify({ leafHashes: Buffer.concat(hashes).toString('base64') });
}

/** What replaces the leaves from an index up to another: as few subtrees as possible, in order. */
export function skippedSubtrees(from: number, to: number): SkippedSubtree[] {
  return subtreesOf(from, to).map((subtree) => {
    const count = 2 ** subtree.level;
    const start = subtree.index * count;
    return { ...subtree, start, end: start + count };
  });
}

/** @param hash of the subtree, as a `HashReader` finds it by level and index */
export function skippedLine(
  { start, end }: Pick<SkippedSubtree, 'start' | 'end'>,
  hash: Hash,
): string {
  return JSON.stringify({ skipped: { start, end, hash: Buffer.from(hash).toString('base64') } });
}
