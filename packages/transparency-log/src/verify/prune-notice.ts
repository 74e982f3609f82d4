import type { Checkpoint } from '../note/checkpoint.ts';
import type { VerifierKey } from '../note/vkey.ts';
import { HASH_BYTES, leafHash } from '../tree/hash.ts';
import { verifyConsistency, verifyInclusion } from '../tree/verify-proofs.ts';
import { checkLeaf, membersOf, parseLeaf, requireCanonical } from './check-leaf.ts';
import { pruneNoticeLine } from './export-lines.ts';
import { prunedUpTo } from './pruned-events.ts';
import { requireNothingElse } from './read-lines.ts';
import { trustedCheckpoint } from './trusted-checkpoint.ts';
import { VerificationError } from './verification-error.ts';

interface Place {
  /** Of the export. */
  readonly checkpoint: Checkpoint;
  readonly key: VerifierKey;
  /** Index of the leaf that the line stands before. */
  readonly next: number;
}

/**
 * The retention may delete events while an export of all of them runs, or before it is resumed. The event that says so
 * may be later than the tree of the export, so its line proves it in a tree that continues that one.
 * @returns the first event that was kept
 * @throws VerificationError
 */
export function verifyPruneNotice(pruned: unknown, line: string, place: Place): number {
  const { checkpoint: own, key, next } = place;
  const { leaf, checkpoint: note, inclusion, consistency } = membersOf(pruned);
  const isNotice = typeof leaf === 'string' && typeof note === 'string';
  if (!isNotice) throw damaged(next);
  const proofs = {
    inclusion: readHashes(inclusion, next),
    consistency: readHashes(consistency, next),
  };
  requireNothingElse(line, pruneNoticeLine({ leaf, checkpoint: note, ...proofs }), next);
  const later = trustedCheckpoint(note, key, 'The checkpoint that the retention is proven by');
  const [firstSize, firstRoot] = [own.size, own.rootHash];
  const [size, rootHash] = [later.size, later.rootHash];
  const proof = proofs.consistency;
  if (!verifyConsistency({ firstSize, firstRoot, secondSize: size, secondRoot: rootHash, proof })) {
    throw new VerificationError(
      `The log of ${size} events, by which the export explains that events are missing, does not continue the export's of ${firstSize}`,
      next + 1,
    );
  }
  const event = parseLeaf(leaf, next);
  const index = Number(membersOf(event).sequence) - 1;
  if (
    !verifyInclusion({ leafHash: leafHash(leaf), index, size, rootHash, proof: proofs.inclusion })
  ) {
    throw new VerificationError(
      `Event ${next + 1} is missing: the event that says that the retention deleted it is not in the log`,
      next + 1,
    );
  }
  checkLeaf(event, index, key.name);
  requireCanonical(leaf, event, index);
  return prunedUpTo(event);
}

function readHashes(hashes: unknown, next: number): Buffer[] {
  if (!Array.isArray(hashes)) throw damaged(next);
  return hashes.map((hash) => {
    const bytes = Buffer.from(String(hash), 'base64');
    if (bytes.length !== HASH_BYTES) throw damaged(next);
    return bytes;
  });
}

function damaged(next: number): VerificationError {
  const message = `The line before event ${next + 1} is damaged: it does not prove what the retention deleted`;
  return new VerificationError(message, next + 1);
}
