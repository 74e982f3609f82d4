import { emptyRoot, HASH_BYTES, type Hash, isSameHash, nodeHash } from './hash.ts';

export interface InclusionClaim {
  readonly leafHash: Hash;
  readonly index: number;
  readonly size: number;
  readonly rootHash: Hash;
  readonly proof: readonly Hash[];
}

/** Whether the proof shows that the log with this root has the leaf at the index (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { index, size, proof } = claim;
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  if (!isHash(claim.leafHash) || !isHash(claim.rootHash) || !proof.every(isHash)) return false;
  let node = index;
  let last = size - 1;
  let hash = claim.leafHash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSameHash(hash, claim.rootHash);
}

export interface ConsistencyClaim {
  readonly firstSize: number;
  readonly firstRoot: Hash;
  readonly secondSize: number;
  readonly secondRoot: Hash;
  readonly proof: readonly Hash[];
}

/** Whether the proof shows that the second log begins with all of the first (RFC 9162, section 2.1.4.2). */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { firstSize, secondSize, firstRoot, secondRoot, proof } = claim;
  if (!isCount(firstSize) || !isCount(secondSize) || firstSize > secondSize) return false;
  if (!isHash(firstRoot) || !isHash(secondRoot) || !proof.every(isHash)) return false;
  if (firstSize === 0) return proof.length === 0 && isSameHash(firstRoot, emptyRoot());
  if (firstSize === secondSize) return proof.length === 0 && isSameHash(firstRoot, secondRoot);
  let node = firstSize - 1;
  let last = secondSize - 1;
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  // A complete first log is a subtree of the second, whose hash the verifier has.
  const [seed, ...rest] = node === 0 ? [firstRoot, ...proof] : proof;
  if (!seed) return false;
  let first = seed;
  let second = seed;
  for (const hash of rest) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      first = nodeHash(hash, first);
      second = nodeHash(hash, second);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      second = nodeHash(second, hash);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSameHash(first, firstRoot) && isSameHash(second, secondRoot);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isHash(hash: Hash): boolean {
  return hash.length === HASH_BYTES;
}

/** Sizes may exceed 32 bits, so no bit operators here. */
function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}
