import { hash } from 'node:crypto';

/** SHA-256 of a leaf or of a node of the tree: 32 bytes. */
export type Hash = Uint8Array;

export const HASH_BYTES = 32;

const LEAF_PREFIX = 0;
const NODE_PREFIX = 1;

/** Input of `nodeHash`, filled anew by each call. */
const node = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX);

/** Hash of one entry of the log (RFC 6962, section 2.1). @param leaf a text is taken as UTF-8 */
export function leafHash(leaf: Uint8Array | string): Buffer {
  const length = typeof leaf === 'string' ? Buffer.byteLength(leaf) : leaf.length;
  const input = Buffer.allocUnsafe(1 + length);
  input[0] = LEAF_PREFIX;
  if (typeof leaf === 'string') input.write(leaf, 1);
  else input.set(leaf, 1);
  return hash('sha256', input, 'buffer');
}

/** Hash of the node above two others (RFC 6962, section 2.1). */
export function nodeHash(left: Hash, right: Hash): Buffer {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) {
    throw new RangeError(`A hash has ${HASH_BYTES} bytes`);
  }
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return hash('sha256', node, 'buffer');
}

/** Root of a log without entries: SHA-256 of nothing. */
export function emptyRoot(): Buffer {
  return hash('sha256', '', 'buffer');
}

export function isSameHash(one: Hash, other: Hash): boolean {
  return Buffer.compare(one, other) === 0;
}
