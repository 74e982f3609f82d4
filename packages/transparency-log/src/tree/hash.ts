import { hash } from 'node:crypto';

/** SHA-256 of a leaf or of a node of the tree: 32 bytes. */
export type Hash = Uint8Array;

export const HASH_BYTES = 32;

const LEAF_PREFIX = 0;
const NODE_PREFIX = 1;

/** Input of `nodeHash`, filled anew by each call. */
const node = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX);

/** Texts of events are no longer; each character takes three bytes at most. */
const TEXT_LENGTH_MAX = 65_535;

/** Input of `leafHash`, filled anew by each call with a text. */
const leafInput = Buffer.alloc(1 + 3 * TEXT_LENGTH_MAX, LEAF_PREFIX);

/** Hash of one entry of the log (RFC 6962, section 2.1). @param leaf a text is taken as UTF-8 */
export function leafHash(leaf: Uint8Array | string): Buffer {
  if (typeof leaf === 'string' && leaf.length <= TEXT_LENGTH_MAX) {
    const length = leafInput.write(leaf, 1);
    return sha256(leafInput.subarray(0, 1 + length));
  }
  const bytes = typeof leaf === 'string' ? Buffer.from(leaf) : leaf;
  const input = Buffer.allocUnsafe(1 + bytes.length);
  input[0] = LEAF_PREFIX;
  input.set(bytes, 1);
  return sha256(input);
}

/** Hash of the node above two others (RFC 6962, section 2.1). */
export function nodeHash(left: Hash, right: Hash): Buffer {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) {
    throw new RangeError(`A hash has ${HASH_BYTES} bytes`);
  }
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node);
}

/** Root of a log without entries: SHA-256 of nothing. */
export function emptyRoot(): Buffer {
  return sha256('');
}

/**
 * First as a text, one character for each byte: a buffer with memory of its own, for each hash, costs the garbage
 * collector as much as the hash itself.
 */
export function sha256(input: Uint8Array | string): Buffer {
  return Buffer.from(hash('sha256', input, 'latin1'), 'latin1');
}

export function isSameHash(one: Hash, other: Hash): boolean {
  return Buffer.compare(one, other) === 0;
}
