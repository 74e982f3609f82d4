import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeEntries } from '../testing/memory-log.ts';
import { mth } from '../testing/rfc-6962.ts';
import { type Hash, leafHash } from '../tree/hash.ts';
import { rootOf } from '../tree/subtrees.ts';
import { decodeBundle, encodeBundle } from './entry-bundle.ts';
import { appendToEdge, EMPTY_EDGE, edgeRoot, edgeTiles, readEdge } from './tile-edge.ts';
import { tileHashes } from './tile-hashes.ts';
import { parseTilePath, TILE_WIDTH, tilePath, tileWidth } from './tile-path.ts';

it('names tiles as C2SP tlog-tiles does', () => {
  expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('0/x001/x234/067');
  expect(tilePath({ level: 'entries', index: 0, width: 7 })).toBe('entries/000.p/7');
  expect(tilePath({ level: 63, index: 999, width: 255 })).toBe('63/999.p/255');
  expect(tilePath({ level: 1, index: 1000, width: 256 })).toBe('1/x001/000');
});

it('has the tiles of a log of 70,000 that C2SP tlog-tiles counts', () => {
  const size = 70_000;
  expect(edgeTiles(size)).toEqual([
    { level: 0, index: 273, width: 112 },
    { level: 1, index: 1, width: 17 },
    { level: 2, index: 0, width: 1 },
  ]);
  expect(tileWidth(size, { level: 0, index: 272 })).toBe(256);
  expect(tileWidth(size, { level: 1, index: 0 })).toBe(256);
  expect(tileWidth(size, { level: 'entries', index: 273 })).toBe(112);
  expect(tileWidth(size, { level: 0, index: 274 })).toBe(0);
  expect(edgeTiles(256)).toEqual([
    { level: 0, index: 1, width: 0 },
    { level: 1, index: 0, width: 1 },
  ]);
});

it('reads exactly the paths that it writes', () => {
  const level = fc.oneof(fc.constant('entries' as const), fc.nat(63));
  const address = fc.record({
    level,
    index: fc.oneof(fc.nat(3000), fc.nat(2 ** 50)),
    width: fc.integer({ min: 1, max: 256 }),
  });
  fc.assert(
    fc.property(address, (each) => {
      expect(parseTilePath(tilePath(each))).toEqual(each);
    }),
  );
  const foreign =
    '0/00 0/0000 00/000 64/000 01/000 0/x000/000 0/001/000 0/x1/000 0/000.p/0 0/000.p/01 0/000.p/256 ' +
    '0/000/ /0/000 0/000.p/ 0/-01 0/x001 entries/000.p/999 0/../000 data/000 0/000.p/7/ 100/000';
  for (const path of foreign.split(' ')) expect(parseTilePath(path)).toBeUndefined();
});

it('appends in any portions to the same tiles, whose root is that of RFC 6962', async () => {
  const entries = makeEntries(800);
  const leaves = entries.map((entry) => leafHash(entry));
  const portions = fc.array(fc.oneof(fc.nat(5), fc.nat(300), fc.constant(TILE_WIDTH)), {
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(portions, async (counts) => {
      const tiles = new Map<string, Buffer>();
      let edge = EMPTY_EDGE;
      for (const count of counts) {
        const appended = appendToEdge(edge, leaves.slice(edge.size, edge.size + count));
        for (const { level, index, width, hashes } of appended.appends) {
          const before = tiles.get(`${level}/${index}`) ?? Buffer.alloc(0);
          expect(before).toHaveLength(width * 32);
          tiles.set(`${level}/${index}`, Buffer.concat([before, hashes]));
        }
        edge = readEdge(appended.edge.size, (level, index) => tiles.get(`${level}/${index}`));
        expect(edge.levels.map(texts)).toEqual(appended.edge.levels.map(texts));
      }
      const { size } = edge;
      const root = mth(entries.slice(0, size));
      expect(texts([await edgeRoot(edge)])).toEqual(texts([root]));
      const hashes = tileHashes(
        (level, index) => tiles.get(`${level}/${index}`) ?? Buffer.alloc(0),
      );
      expect(texts([await rootOf(size, hashes)])).toEqual(texts([root]));
    }),
    { numRuns: process.env.LONG ? 1000 : 20 },
  );
});

it('goes on with a third level of tiles', () => {
  const tile = Array.from({ length: 255 }, () => leafHash('same'));
  const after = appendToEdge({ size: 65_535, levels: [tile, tile] }, tile.slice(0, 4));
  expect(after.appends.map(({ level, index, width }) => [level, index, width])).toEqual([
    [0, 255, 255],
    [0, 256, 0],
    [1, 0, 255],
    [2, 0, 0],
  ]);
});

it('refuses an edge whose tile is missing or too short', () => {
  expect(() => readEdge(3, () => undefined)).toThrow('Tile 0/0 has fewer than 3 hashes');
  expect(() => readEdge(3, () => Buffer.alloc(64))).toThrow(RangeError);
});

it('bundles entries as C2SP tlog-tiles does, each after its length', () => {
  const entries = [Buffer.from('ab'), Buffer.alloc(0), Buffer.alloc(300, 7)];
  const bundle = encodeBundle(entries);
  expect(bundle.subarray(0, 8).toString('hex')).toBe('000261620000012c');
  expect(decodeBundle(bundle)).toEqual(entries);
  expect(() => encodeBundle([Buffer.alloc(65_536)])).toThrow(RangeError);
  for (const cut of [1, 3, 5, 7, 100]) {
    expect(() => decodeBundle(bundle.subarray(0, cut))).toThrow('ends within an entry');
  }
});

function texts(hashes: readonly Hash[]): string[] {
  return hashes.map((hash) => Buffer.from(hash).toString('hex'));
}
