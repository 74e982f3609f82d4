import type { Hash } from './hash.ts';
import { type HashReader, rangeHash, splitOf } from './subtrees.ts';

type Range = readonly [start: number, end: number];

/**
 * Proof that the log of a size contains the entry at an index: PATH of RFC 6962, section 2.1.1, from
 * the leaf's sibling up to the root's child.
 * @throws RangeError for an index outside the log
 */
export async function inclusionProof(
  index: number,
  size: number,
  hashes: HashReader,
): Promise<Hash[]> {
  requireSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`A log of ${size} entries has none at index ${index}`);
  }
  const siblings: Range[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      siblings.push([middle, end]);
      end = middle;
    } else {
      siblings.push([start, middle]);
      start = middle;
    }
  }
  return readRanges(siblings.reverse(), hashes);
}

/**
 * Proof that the log of the second size continues the log of the first: PROOF of RFC 6962, section
 * 2.1.2. It is empty where the sizes are equal, or the first log has no entries.
 * @throws RangeError where the second size is smaller
 */
export async function consistencyProof(
  firstSize: number,
  secondSize: number,
  hashes: HashReader,
): Promise<Hash[]> {
  requireSize(firstSize);
  requireSize(secondSize);
  if (firstSize > secondSize) {
    throw new RangeError(`A log of ${secondSize} entries continues none of ${firstSize}`);
  }
  if (firstSize === 0) return [];
  const ranges: Range[] = [];
  let start = 0;
  let end = secondSize;
  while (firstSize < end) {
    const middle = start + splitOf(end - start);
    if (firstSize <= middle) {
      ranges.push([middle, end]);
      end = middle;
    } else {
      ranges.push([start, middle]);
      start = middle;
    }
  }
  // A verifier knows the first root, but not the hash of a part of the first log.
  if (start > 0) ranges.push([start, end]);
  return readRanges(ranges.reverse(), hashes);
}

function readRanges(ranges: readonly Range[], hashes: HashReader): Promise<Hash[]> {
  return Promise.all(ranges.map(([start, end]) => rangeHash(start, end, hashes)));
}

function requireSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`${size} is no size of a log`);
}
