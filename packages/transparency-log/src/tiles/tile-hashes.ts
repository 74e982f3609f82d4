import { HASH_BYTES, type Hash, nodeHash } from '../tree/hash.ts';
import type { HashReader } from '../tree/subtrees.ts';
import { TILE_HEIGHT, TILE_WIDTH } from './tile-path.ts';

/** Reads a tile, full or partial: the bytes of its hashes, one after the other. */
export type TileReader = (level: number, index: number) => Uint8Array | Promise<Uint8Array>;

/** Tiles in memory at a time: those that neighbours need again, whatever the size of the log. */
const TILES_KEPT = 64;

/** Hashes of complete subtrees, from tiles. */
export function tileHashes(readTile: TileReader): HashReader {
  const tiles = new Map<string, Uint8Array | Promise<Uint8Array>>();
  const tileOf = (level: number, index: number) => {
    const name = `${level}/${index}`;
    const tile = tiles.get(name) ?? readTile(level, index);
    tiles.delete(name);
    tiles.set(name, tile);
    if (tiles.size > TILES_KEPT) tiles.delete(tiles.keys().next().value ?? '');
    return tile;
  };
  return async (level, index) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    // A subtree between the levels of tiles is hashed from a part of one tile.
    const count = 2 ** (level % TILE_HEIGHT);
    const first = index * count;
    const tile = await tileOf(tileLevel, Math.floor(first / TILE_WIDTH));
    const start = (first % TILE_WIDTH) * HASH_BYTES;
    const end = start + count * HASH_BYTES;
    if (end > tile.length) throw new RangeError(`Tile ${tileLevel}/${index} is too short`);
    return completeHash(splitHashes(tile.subarray(start, end)));
  };
}

/** The hashes of a tile. */
export function splitHashes(tile: Uint8Array): Hash[] {
  const count = tile.length / HASH_BYTES;
  return Array.from({ length: count }, (_, n) =>
    tile.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES),
  );
}

/** Hash above a power of two of hashes. */
export function completeHash(hashes: readonly Hash[]): Hash {
  let level = [...hashes];
  while (level.length > 1) {
    const above: Hash[] = [];
    for (let at = 0; at + 1 < level.length; at += 2) {
      above.push(nodeHash(level[at] as Hash, level[at + 1] as Hash));
    }
    level = above;
  }
  const [hash] = level;
  if (!hash) throw new RangeError('A subtree has at least one leaf');
  return hash;
}
