import { HASH_BYTES, type Hash, isSameHash } from '../tree/hash.ts';
import { membersOf } from './check-leaf.ts';
import { VerificationError } from './verification-error.ts';

/** A line that only proves must not look like an event to a reader who does not verify each line. */
export function requireNothingElse(line: string, expected: string, next: number): void {
  if (line === expected) return;
  throw new VerificationError(
    `The line before event ${next + 1} was edited: it has more than a proof, or another form`,
    next + 1,
  );
}

/** Hashes of leaves as the export states them, from an index on. */
export interface StatedHashes {
  readonly from: number;
  readonly hashes: Uint8Array;
}

export function readStated(leafHashes: unknown, from: number): StatedHashes {
  const hashes = Buffer.from(String(leafHashes), 'base64');
  if (hashes.length > 0 && hashes.length % HASH_BYTES === 0) return { from, hashes };
  const first = from + 1;
  throw new VerificationError(`The hashes of the events from ${first} on are damaged`, first);
}

/** Exports of earlier versions state no hashes: there an edited event shows by the root alone. */
export function requireStated(stated: StatedHashes | undefined, hash: Hash, index: number): void {
  if (!stated) return;
  const at = (index - stated.from) * HASH_BYTES;
  if (at >= stated.hashes.length) return;
  if (isSameHash(stated.hashes.subarray(at, at + HASH_BYTES), hash)) return;
  const sequence = index + 1;
  const message = `Event ${sequence} was edited: it does not have the hash that it has in the log`;
  throw new VerificationError(message, sequence);
}

/** Level and hash of a subtree that a filter left out. */
export function readSkipped(
  skipped: unknown,
  next: number,
  size: number,
): [level: number, hash: Hash] {
  const { start, end, hash } = membersOf(skipped);
  const count = Number(end) - Number(start);
  const level = Math.log2(count);
  const isSubtree = Number.isInteger(level) && level >= 0 && next % count === 0;
  if (start !== next || !isSubtree || next + count > size) {
    throw new VerificationError(
      `Event ${next + 1} is missing: other events are marked as left out`,
      next + 1,
    );
  }
  const bytes = Buffer.from(String(hash), 'base64');
  if (bytes.length !== HASH_BYTES) {
    throw new VerificationError(`The hash of the events from ${next + 1} on is damaged`, next + 1);
  }
  return [level, bytes];
}
