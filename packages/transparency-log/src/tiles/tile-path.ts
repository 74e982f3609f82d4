/** Names of tiles and entry bundles below `tile/` (C2SP tlog-tiles). */

/** Hashes of a full tile. */
export const TILE_WIDTH = 256;
/** A tile holds the hashes of a subtree of this height. */
export const TILE_HEIGHT = 8;
const LEVEL_MAX = 63;

export interface TileAddress {
  /** Of hashes; or the entries themselves. */
  readonly level: number | 'entries';
  readonly index: number;
  /** How many hashes or entries: 256, or fewer at the right edge of the tree. */
  readonly width: number;
}

/** Such as `0/x001/x234/067` or `entries/000.p/7`. */
export function tilePath({ level, index, width }: TileAddress): string {
  const groups = [index % 1000];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(rest % 1000);
  }
  const elements = groups.map((group, n) => {
    const digits = String(group).padStart(3, '0');
    return n < groups.length - 1 ? `x${digits}` : digits;
  });
  const partial = width < TILE_WIDTH ? `.p/${width}` : '';
  return `${level}/${elements.join('/')}${partial}`;
}

const PATH =
  /^(?<level>0|[1-9]\d?|entries)\/(?<index>(?:x\d{3}\/){0,5}\d{3})(?:\.p\/(?<width>[1-9]\d{0,2}))?$/;

/** @returns undefined for a path that `tilePath` does not write */
export function parseTilePath(path: string): TileAddress | undefined {
  const groups = PATH.exec(path)?.groups;
  if (!groups) return undefined;
  const { level = '', index = '', width } = groups;
  const address = {
    level: level === 'entries' ? level : Number(level),
    index: Number(index.replace(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  } as const;
  if (address.level !== 'entries' && address.level > LEVEL_MAX) return undefined;
  return tilePath(address) === path ? address : undefined;
}

/** Complete subtrees of `256 ** level` leaves in a log: the hashes of all tiles of the level. */
export function hashCount(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** Width that a tile or bundle has in a log of the size; 0 where it has none. */
export function tileWidth(size: number, { level, index }: Omit<TileAddress, 'width'>): number {
  const count = hashCount(size, level === 'entries' ? 0 : level);
  return Math.max(0, Math.min(TILE_WIDTH, count - index * TILE_WIDTH));
}
