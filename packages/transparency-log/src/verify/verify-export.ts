import type { Checkpoint } from '../note/checkpoint.ts';
import { parseVkey, type VerifierKey } from '../note/vkey.ts';
import { HASH_BYTES, type Hash, isSameHash, leafHash } from '../tree/hash.ts';
import { checkLeaf, membersOf, parseLeaf } from './check-leaf.ts';
import { type ExportFilter, exportHead, leafHashesLine, skippedLine } from './export-lines.ts';
import { prunedUpTo, requireAnnounced } from './pruned-events.ts';
import { createRootStack } from './root-stack.ts';
import { EARLIER, trustedCheckpoint } from './trusted-checkpoint.ts';
import { VerificationError } from './verification-error.ts';

export interface VerifyOptions {
  /** The log's key, from a place that is trusted; without it, the export's own is used. */
  readonly key?: VerifierKey | undefined;
  /** A signed note that was kept: the log must continue it. */
  readonly earlier?: string | undefined;
}

export interface VerifiedLog {
  readonly origin: string;
  readonly size: number;
  /** Events whose content was verified. */
  readonly events: number;
  /** The first of them; null where there is none. */
  readonly firstSequence: number | null;
  /** Events of which the export has no more than hashes: its filter left them out, or they were pruned. */
  readonly leftOut: number;
  /** What the export says that it was asked for: empty for all events, as for a live log; null where it does not say. */
  readonly filter: ExportFilter | null;
  /** Size of the earlier checkpoint that the log continues; null where none was given or compared. */
  readonly continues: number | null;
}

/**
 * Verifies an export with proofs, line by line, in constant memory.
 * @param lines all of them; or as many at a time as are there, since to wait for each takes longer than to
 *   verify it
 * @throws VerificationError naming the first event that fails, where one can be named
 */
export async function verifyExport(
  lines: Iterable<string> | AsyncIterable<readonly string[]>,
  options: VerifyOptions = {},
): Promise<VerifiedLog> {
  const reader = createReader(options);
  if (Symbol.asyncIterator in lines) {
    for await (const some of lines) for (const line of some) reader.read(line);
  } else {
    for (const line of lines) reader.read(line);
  }
  return reader.end();
}

interface ExportReader {
  read(line: string): void;
  end(): VerifiedLog;
}

function createReader(options: VerifyOptions): ExportReader {
  let reader: ExportReader | undefined;
  return {
    read(line) {
      if (reader) reader.read(line);
      else reader = beginExport(line, options);
    },
    end() {
      if (!reader) throw new VerificationError('The export is empty');
      return reader.end();
    },
  };
}

function beginExport(head: string, options: VerifyOptions): ExportReader {
  const { checkpoint: note, publicKey, filter } = membersOf(parseHead(head));
  if (typeof note !== 'string' || typeof publicKey !== 'string') {
    throw new VerificationError(
      'The export begins with no checkpoint. Only an export with proofs can be verified.',
    );
  }
  const asked = filter === undefined ? undefined : readFilter(filter);
  requireNothingElse(head, exportHead(note, publicKey, asked), 0);
  const key = options.key ?? parseVkey(publicKey);
  const checkpoint = trustedCheckpoint(note, key);
  const earlier =
    options.earlier === undefined ? null : trustedCheckpoint(options.earlier, key, EARLIER);
  return readExport(checkpoint, earlier, asked ?? null);
}

function readFilter(filter: unknown): ExportFilter {
  const isFilter = typeof filter === 'object' && filter !== null && !Array.isArray(filter);
  if (isFilter && Object.values(filter).every((value) => typeof value === 'string')) {
    return filter as ExportFilter;
  }
  throw new VerificationError('The filter of the export cannot be read');
}

/** @param filter empty where the export has all events; null for exports of earlier versions, which do not say */
function readExport(
  checkpoint: Checkpoint,
  earlier: Checkpoint | null,
  filter: ExportFilter | null,
): ExportReader {
  const isWhole = filter !== null && Object.keys(filter).length === 0;
  const { origin, size } = checkpoint;
  const stack = createRootStack();
  let next = 0;
  let events = 0;
  let firstSequence: number | null = null;
  let continues: number | null = null;
  let announced = 1;
  let stated: StatedHashes | undefined;
  const add = (level: number, hash: Hash) => {
    stack.add(level, hash);
    next += 2 ** level;
    if (earlier?.size === next) continues = requireSameRoot(earlier, stack.root());
  };
  return {
    read(line) {
      const value = parseLeaf(line, next);
      const { skipped, missing, leafHashes } = membersOf(value);
      if (leafHashes !== undefined) {
        stated = readStated(leafHashes, next);
        requireNothingElse(line, leafHashesLine([stated.hashes]), next);
        return;
      }
      if (missing !== undefined) throw damagedAt(next);
      if (skipped !== undefined) {
        if (isWhole && firstSequence !== null) throw leftOutAt(next);
        const [level, hash] = readSkipped(skipped, next, size);
        const range = { start: next, end: next + 2 ** level };
        requireNothingElse(line, skippedLine(range, hash), next);
        add(level, hash);
        return;
      }
      checkLeaf(value, next, origin);
      if (next >= size)
        throw new VerificationError(`Event ${next + 1} is after the checkpoint`, next + 1);
      const hash = leafHash(line);
      requireStated(stated, hash, next);
      add(0, hash);
      events += 1;
      firstSequence ??= next;
      announced = Math.max(announced, prunedUpTo(value));
    },
    end() {
      if (next !== size) {
        throw new VerificationError(
          `Event ${next + 1} is missing: the export ends before the ${size} events of its checkpoint do`,
          next + 1,
        );
      }
      requireRoot(checkpoint, stack.root());
      if (earlier && earlier.size > size) throw shorterThan(earlier, size);
      if (isWhole) requireAnnounced(firstSequence ?? size + 1, announced);
      return { origin, size, events, firstSequence, leftOut: size - events, filter, continues };
    },
  };
}

/** A line that only proves must not look like an event to a reader who does not verify each line. */
function requireNothingElse(line: string, expected: string, next: number): void {
  if (line === expected) return;
  throw new VerificationError(
    `The line before event ${next + 1} was edited: it has more than a proof, or another form`,
    next + 1,
  );
}

/** Hashes of leaves as the export states them, from an index on. */
interface StatedHashes {
  readonly from: number;
  readonly hashes: Uint8Array;
}

function readStated(leafHashes: unknown, from: number): StatedHashes {
  const hashes = Buffer.from(String(leafHashes), 'base64');
  if (hashes.length > 0 && hashes.length % HASH_BYTES === 0) return { from, hashes };
  const first = from + 1;
  throw new VerificationError(`The hashes of the events from ${first} on are damaged`, first);
}

/** Exports of earlier versions state no hashes: there an edited event shows by the root alone. */
function requireStated(stated: StatedHashes | undefined, hash: Hash, index: number): void {
  if (!stated) return;
  const at = (index - stated.from) * HASH_BYTES;
  if (at >= stated.hashes.length) return;
  if (isSameHash(stated.hashes.subarray(at, at + HASH_BYTES), hash)) return;
  const sequence = index + 1;
  const message = `Event ${sequence} was edited: it does not have the hash that it has in the log`;
  throw new VerificationError(message, sequence);
}

function damagedAt(index: number): VerificationError {
  const sequence = index + 1;
  const message = `Event ${sequence} is missing: the server says that it was deleted or damaged in its database`;
  return new VerificationError(message, sequence);
}

function leftOutAt(index: number): VerificationError {
  const sequence = index + 1;
  const message = `Event ${sequence} is missing, in an export that says that it has all events`;
  return new VerificationError(message, sequence);
}

/** Level and hash of a subtree that a filter left out. */
function readSkipped(skipped: unknown, next: number, size: number): [level: number, hash: Hash] {
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

function requireRoot({ rootHash, size }: Checkpoint, root: Hash): void {
  if (isSameHash(root, rootHash)) return;
  throw new VerificationError(
    `The ${size} events do not have the root that was signed: an event was edited, and its hash as well if the export has hashes of events. Verify the live log to learn which.`,
  );
}

function requireSameRoot(earlier: Checkpoint, root: Hash): number {
  if (isSameHash(earlier.rootHash, root)) return earlier.size;
  throw new VerificationError(
    `The log does not continue the earlier checkpoint of size ${earlier.size}`,
  );
}

export function shorterThan(earlier: Checkpoint, size: number): VerificationError {
  const message = `Event ${size + 1} is missing: the earlier checkpoint covers ${earlier.size} events`;
  return new VerificationError(message, size + 1);
}

function parseHead(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new VerificationError(
      'The export begins with no JSON. Only an export in JSON Lines with proofs, or a receipt, can be verified.',
    );
  }
}
