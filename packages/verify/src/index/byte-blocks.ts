/**
 * Small pieces of memory outside of the heap, given out and taken back by their number; 0 is none.
 * A piece that was given back serves the next of its size, so that there are never more than were
 * in use at one time, whatever comes and goes.
 */
export interface ByteBlocks {
  readonly chunks: Buffer[];
  /** Units of the last chunk that were given out. */
  used: number;
  /** Blocks given back, by their size in units. */
  readonly free: (number[] | undefined)[];
}

const UNIT_SHIFT = 3;
const CHUNK_SHIFT = 13;
const CHUNK_UNITS = 1 << CHUNK_SHIFT;
/** The largest block, in bytes. */
const BLOCK_BYTES_MAX = CHUNK_UNITS << UNIT_SHIFT;

export function createByteBlocks(): ByteBlocks {
  return { chunks: [], used: CHUNK_UNITS, free: [] };
}

/** @param bytes at least 1, at most BLOCK_BYTES_MAX */
export function allocateBlock(blocks: ByteBlocks, bytes: number): number {
  const units = unitsOf(bytes);
  const reused = blocks.free[units]?.pop();
  if (reused !== undefined) return reused;
  if (blocks.used + units > CHUNK_UNITS) {
    blocks.chunks.push(Buffer.alloc(BLOCK_BYTES_MAX));
    blocks.used = 0;
  }
  const block = ((blocks.chunks.length - 1) << CHUNK_SHIFT) + blocks.used;
  blocks.used += units;
  return block + 1;
}

/** @param bytes as many as it was allocated with */
export function releaseBlock(blocks: ByteBlocks, block: number, bytes: number): void {
  const units = unitsOf(bytes);
  const free = blocks.free[units];
  if (free) free.push(block);
  else blocks.free[units] = [block];
}

/** The memory that holds the block, from `blockStart(block)` on. */
export function blockChunk(blocks: ByteBlocks, block: number): Buffer {
  return blocks.chunks[(block - 1) >>> CHUNK_SHIFT] ?? NO_BYTES;
}

export function blockStart(block: number): number {
  return ((block - 1) & (CHUNK_UNITS - 1)) << UNIT_SHIFT;
}

const NO_BYTES = Buffer.alloc(0);

function unitsOf(bytes: number): number {
  return (bytes + (1 << UNIT_SHIFT) - 1) >>> UNIT_SHIFT;
}
