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
  let events = 0;
  let announced = 1;
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
    firstSequence: events > 0 ? first * TILE_WIDTH + 1 : null,
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
  const events: unknown[] = [];
  for (const [n, leaf] of leaves.entries()) {
    const sequence = first + n + 1;
    const text = leaf.toString();
    const event = parseLeaf(text, first + n);
    checkLeaf(event, first + n, origin);
    events.push(event);
    // Of the text: bytes that are no UTF-8 are no text of an event.
    if (!isSameHash(leafHash(text), tile.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES))) {
      throw new VerificationError(`Event ${sequence} is not what was signed`, sequence);
    }
    requireCanonical(text, event, first + n);
  }
  if (leaves.length === width) return events;
  const missing = first + Math.min(leaves.length, width) + 1;
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
