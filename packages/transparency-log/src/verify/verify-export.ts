import type { Checkpoint } from '../note/checkpoint.ts';
import { parseVkey, type VerifierKey } from '../note/vkey.ts';
import { type Hash, isSameHash, leafHash } from '../tree/hash.ts';
import { checkLeaf, membersOf, parseLeaf, requireCanonical } from './check-leaf.ts';
import { type ExportFilter, exportHead, leafHashesLine, skippedLine } from './export-lines.ts';
import { verifyPruneNotice } from './prune-notice.ts';
import { prunedUpTo, requireAnnounced } from './pruned-events.ts';
import {
  readSkipped,
  readStated,
  requireNothingElse,
  requireStated,
  type StatedHashes,
} from './read-lines.ts';
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
  /** The event from which on all were verified, or, where a filter left some out, the first; null where there is none. */
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
  return readExport({ checkpoint, key, earlier, filter: asked ?? null });
}

function readFilter(filter: unknown): ExportFilter {
  const isFilter = typeof filter === 'object' && filter !== null && !Array.isArray(filter);
  if (isFilter && Object.values(filter).every((value) => typeof value === 'string')) {
    return filter as ExportFilter;
  }
  throw new VerificationError('The filter of the export cannot be read');
}

interface BegunExport {
  readonly checkpoint: Checkpoint;
  readonly key: VerifierKey;
  readonly earlier: Checkpoint | null;
  /** Empty where the export has all events; null for exports of earlier versions, which do not say. */
  readonly filter: ExportFilter | null;
}

function readExport({ checkpoint, key, earlier, filter }: BegunExport): ExportReader {
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
      const { skipped, missing, leafHashes, pruned } = membersOf(value);
      if (leafHashes !== undefined) {
        stated = readStated(leafHashes, next);
        requireNothingElse(line, leafHashesLine([stated.hashes]), next);
        return;
      }
      if (pruned !== undefined) {
        announced = Math.max(announced, verifyPruneNotice(pruned, line, { checkpoint, key, next }));
        return;
      }
      if (missing !== undefined) throw damagedAt(next);
      if (skipped !== undefined) {
        const [level, hash] = readSkipped(skipped, next, size);
        const range = { start: next, end: next + 2 ** level };
        requireNothingElse(line, skippedLine(range, hash), next);
        if (isWhole) {
          // What the retention deleted while the export ran, its notice before the gap explains; else all is there.
          if (events > 0 && range.end >= announced) throw leftOutAt(Math.max(next, announced - 1));
          firstSequence = null;
        }
        add(level, hash);
        return;
      }
      checkLeaf(value, next, origin);
      if (next >= size)
        throw new VerificationError(`Event ${next + 1} is after the checkpoint`, next + 1);
      const hash = leafHash(line);
      requireStated(stated, hash, next);
      requireCanonical(line, value, next);
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
