export { decodeBundle, encodeBundle } from './entry-bundle.ts';
export {
  appendToEdge,
  EMPTY_EDGE,
  edgeRoot,
  edgeTiles,
  readEdge,
  type TileAppend,
  type TileEdge,
} from './tile-edge.ts';
export { splitHashes, type TileReader, tileHashes } from './tile-hashes.ts';
export {
  parseTilePath,
  TILE_WIDTH,
  type TileAddress,
  tilePath,
  tileWidth,
} from './tile-path.ts';
