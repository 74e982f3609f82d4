import { HASH_BYTES, type Hash } from '../tree/hash.ts';
import { rootOf } from '../tree/subtrees.ts';
import { completeHash, splitHashes, tileHashes } from './tile-hashes.ts';
import { hashCount, TILE_WIDTH } from './tile-path.ts';

/** Hashes that a tile gains at its end. */
export interface TileAppend {
  readonly level: number;
  readonly index: number;
  /** How many hashes the tile has before. */
  readonly width: number;
  readonly hashes: Buffer;
}

/** The partial tiles at the right edge of a tree: all that it takes to append to it, and its root. */
export interface TileEdge {
  readonly size: number;
  /** The hashes of the partial tile of each level; none where the level ends with a full tile. */
  readonly levels: readonly (readonly Hash[])[];
}

export const EMPTY_EDGE: TileEdge = { size: 0, levels: [] };

/** The tiles that make the edge of a tree, lowest level first. */
export function edgeTiles(size: number): { level: number; index: number; width: number }[] {
  const tiles = [];
  for (let level = 0; hashCount(size, level) > 0; level += 1) {
    const count = hashCount(size, level);
    const width = count % TILE_WIDTH;
    tiles.push({ level, index: Math.floor(count / TILE_WIDTH), width });
  }
  return tiles;
}

/**
 * The edge of a tree, from its tiles.
 * @param tileOf bytes of a partial tile, of which there may be more than the size says
 * @throws RangeError where a tile is missing or too short
 */
export function readEdge(
  size: number,
  tileOf: (level: number, index: number) => Uint8Array | undefined,
): TileEdge {
  const levels = edgeTiles(size).map(({ level, index, width }) => {
    const tile = width === 0 ? new Uint8Array() : tileOf(level, index);
    if (!tile || tile.length < width * HASH_BYTES) {
      throw new RangeError(`Tile ${level}/${index} has fewer than ${width} hashes`);
    }
    return splitHashes(tile.subarray(0, width * HASH_BYTES));
  });
  return { size, levels };
}

/** Appends leaves. @returns the new edge, and what each tile gains, in order */
export function appendToEdge(
  edge: TileEdge,
  leaves: readonly Hash[],
): { readonly edge: TileEdge; readonly appends: readonly TileAppend[] } {
  const levels: (readonly Hash[])[] = [];
  const appends: TileAppend[] = [];
  let gained = leaves;
  for (let level = 0; gained.length > 0 || level < edge.levels.length; level += 1) {
    const before = edge.levels[level] ?? [];
    const all = [...before, ...gained];
    const first = Math.floor(hashCount(edge.size, level) / TILE_WIDTH);
    const full: Hash[] = [];
    for (let at = 0; at < all.length; at += TILE_WIDTH) {
      const tile = all.slice(at, at + TILE_WIDTH);
      const width = at === 0 ? before.length : 0;
      const index = first + at / TILE_WIDTH;
      const hashes = Buffer.concat(tile.slice(width));
      if (hashes.length > 0) appends.push({ level, index, width, hashes });
      if (tile.length === TILE_WIDTH) full.push(completeHash(tile));
    }
    levels.push(all.slice(full.length * TILE_WIDTH));
    gained = full;
  }
  return { edge: { size: edge.size + leaves.length, levels }, appends };
}

/** Root of the tree that has the edge. */
export async function edgeRoot({ size, levels }: TileEdge): Promise<Hash> {
  return rootOf(
    size,
    tileHashes((level) => Buffer.concat(levels[level] ?? [])),
  );
}
