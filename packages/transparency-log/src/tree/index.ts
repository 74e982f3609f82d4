export {
  emptyRoot,
  HASH_BYTES,
  type Hash,
  isSameHash,
  leafHash,
  nodeHash,
  sha256,
} from './hash.ts';
export { consistencyProof, inclusionProof } from './proofs.ts';
export { foldRight, type HashReader, rootOf, type Subtree, subtreesOf } from './subtrees.ts';
export {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from './verify-proofs.ts';
