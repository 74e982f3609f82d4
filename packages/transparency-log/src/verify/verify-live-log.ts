import type { Checkpoint } from '../note/checkpoint.ts';
import type { VerifierKey } from '../note/vkey.ts';
import { decodeBundle } from '../tiles/entry-bundle.ts';
import { completeHash, splitHashes, tileHashes } from '../tiles/tile-hashes.ts';
import { TILE_WIDTH, tilePath, tileWidth } from '../tiles/tile-path.ts';
import { HASH_BYTES, isSameHash, leafHash } from '../tree/hash.ts';
import { rootOf } from '../tree/subtrees.ts';
import { checkLeaf, parseLeaf, requireCanonical } from './check-leaf.ts';
import { prunedUpTo, requireAnnounced } from './pruned-events.ts';
import { EARLIER, trustedCheckpoint } from './trusted-checkpoint.ts';
import { VerificationError } from './verification-error.ts';
import { shorterThan, type VerifiedLog } from './verify-export.ts';

export interface LiveLog {
  readonly key: VerifierKey;
  /** The signed note. */
  readonly checkpoint: string;
  /** Bytes of a tile or an entry bundle, by its path below `tile/`. */
  readonly readTile: (path: string) => Promise<Uint8Array>;
  /** The oldest event that is still stored; 1 unless events were pruned. */
  readonly firstSequence?: number;
  /**
   * The oldest events that are still stored, as canonical JSON, from the first one on: where it is not the first of its
   * tile, no bundle can hold them. Without this, they are not verified.
   */
  readonly readOldest?: (count: number) => Promise<readonly string[]>;
  /** A signed note that was kept: the log must continue it. */
  readonly earlier?: string | undefined;
  readonly onProgress?: (events: number) => void;
}

type TileOf = (level: number, index: number) => Promise<Uint8Array>;

/**
 * Verifies a whole log: the tiles against its checkpoint, and each event against its tile.
 * @throws VerificationError naming the first event that fails
 */
export async function verifyLiveLog(log: LiveLog): Promise<VerifiedLog> {
  const checkpoint = trustedCheckpoint(log.checkpoint, log.key);
  const { origin, size } = checkpoint;
  const tileOf = verifiedTiles(log, checkpoint);
  const hashes = tileHashes(tileOf);
  if (!isSameHash(await rootOf(size, hashes), checkpoint.rootHash)) {
    throw new VerificationError(
      `The tiles do not have the root that was signed for ${size} events`,
    );
  }
  const continues = await compareEarlier(log, checkpoint, tileOf);
  const firstSequence = log.firstSequence ?? 1;
  const first = Math.ceil((firstSequence - 1) / TILE_WIDTH);
  const oldest = await verifyOldest(log, checkpoint, Math.min(first * TILE_WIDTH, size), tileOf);
  let events = oldest.length;
  let announced = Math.max(1, ...oldest.map(prunedUpTo));
  for (let index = first; index * TILE_WIDTH < size; index += 1) {
    const leaves = await verifyBundle(log, checkpoint, index, await tileOf(0, index));
    announced = Math.max(announced, ...leaves.map(prunedUpTo));
    events += leaves.length;
    log.onProgress?.(events);
  }
  requireAnnounced(firstSequence, announced);
  return {
    origin,
    size,
    events,
    firstSequence: oldest.length > 0 ? firstSequence : events > 0 ? first * TILE_WIDTH + 1 : null,
    leftOut: size - events,
    filter: {},
    continues,
  };
}

/** Reads tiles, each of which is checked against the tile above. Those at the right edge the root covers. */
function verifiedTiles({ readTile }: LiveLog, { size }: Checkpoint): TileOf {
  const above = new Map<number, { index: number; tile: Promise<Uint8Array> }>();
  const tileOf: TileOf = (level, index) => {
    const last = above.get(level);
    if (last?.index === index) return last.tile;
    const tile = readVerified(level, index);
    if (level > 0) above.set(level, { index, tile });
    return tile;
  };
  const readVerified: TileOf = async (level, index) => {
    const width = tileWidth(size, { level, index });
    const tile = await readTile(tilePath({ level, index, width }));
    const first = index * TILE_WIDTH ** (level + 1) + 1;
    if (tile.length !== width * HASH_BYTES) {
      throw new VerificationError(`A tile of the events from ${first} on is cut`, first);
    }
    if (width < TILE_WIDTH) return tile;
    const parent = await tileOf(level + 1, Math.floor(index / TILE_WIDTH));
    const at = (index % TILE_WIDTH) * HASH_BYTES;
    if (!isSameHash(completeHash(splitHashes(tile)), parent.subarray(at, at + HASH_BYTES))) {
      throw new VerificationError(
        `A tile of the events from ${first} on is not what was signed`,
        first,
      );
    }
    return tile;
  };
  return tileOf;
}

/** Checks the events of one tile. @returns them */
async function verifyBundle(
  { readTile }: LiveLog,
  { origin, size }: Checkpoint,
  index: number,
  tile: Uint8Array,
): Promise<unknown[]> {
  const width = tileWidth(size, { level: 'entries', index });
  const first = index * TILE_WIDTH;
  const leaves = readLeaves(await readTile(tilePath({ level: 'entries', index, width })), first);
  const texts = leaves.map(String);
  return verifyLeaves(texts, { first, end: first + width, origin }, tile);
}

/** Checks the events before a tile, from the first that is stored on. @returns them */
async function verifyOldest(
  { readOldest, firstSequence = 1 }: LiveLog,
  { origin }: Checkpoint,
  end: number,
  tileOf: TileOf,
): Promise<unknown[]> {
  const first = firstSequence - 1;
  if (!readOldest || first >= end) return [];
  const leaves = await readOldest(end - first);
  const tile = await tileOf(0, Math.floor(first / TILE_WIDTH));
  const hashes = tile.subarray((first % TILE_WIDTH) * HASH_BYTES);
  return verifyLeaves(leaves, { first, end, origin }, hashes);
}

/** @param hashes of the leaves, from the first on */
function verifyLeaves(
  leaves: readonly string[],
  { first, end, origin }: { readonly first: number; readonly end: number; readonly origin: string },
  hashes: Uint8Array,
): unknown[] {
  const events: unknown[] = [];
  for (const [n, text] of leaves.entries()) {
    const event = parseLeaf(text, first + n);
    checkLeaf(event, first + n, origin);
    events.push(event);
    // Of the text: bytes that are no UTF-8 are no text of an event.
    if (!isSameHash(leafHash(text), hashes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES))) {
      const sequence = first + n + 1;
      throw new VerificationError(`Event ${sequence} is not what was signed`, sequence);
    }
    requireCanonical(text, event, first + n);
  }
  if (first + leaves.length === end) return events;
  const missing = Math.min(first + leaves.length, end) + 1;
  throw new VerificationError(
    `Event ${missing} is missing, or stands where none was signed`,
    missing,
  );
}

function readLeaves(bundle: Uint8Array, first: number): Buffer[] {
  try {
    return decodeBundle(bundle);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new VerificationError(`The events from ${first + 1} on are cut`, first + 1);
  }
}

async function compareEarlier(
  { earlier: note, key }: LiveLog,
  { size }: Checkpoint,
  tileOf: TileOf,
): Promise<number | null> {
  if (note === undefined) return null;
  const earlier = trustedCheckpoint(note, key, EARLIER);
  if (earlier.size > size) throw shorterThan(earlier, size);
  // All hashes of the tree are verified, so those of its beginning are as well.
  if (isSameHash(await rootOf(earlier.size, tileHashes(tileOf)), earlier.rootHash))
    return earlier.size;
  throw new VerificationError(
    `The log does not continue the earlier checkpoint of size ${earlier.size}`,
  );
}
