/**
 * Small pieces of memory outside of the heap, given out and taken back by their number; 0 is none.
 * Each begins where the one before it ends. A piece that was given back serves the next of its size, so
 * that there are never more than were in use at one time, whatever comes and goes.
 */
export interface ByteBlocks {
  readonly chunks: Buffer[];
  /** Bytes of the last chunk that were given out. */
  used: number;
  /** Blocks given back, by their size. */
  readonly free: (number[] | undefined)[];
}

const CHUNK_SHIFT = 16;
const CHUNK_BYTES = 1 << CHUNK_SHIFT;
/** One less than 32 bits can number, so that no block of the last is number 0. */
const CHUNKS_MAX = 2 ** (32 - CHUNK_SHIFT) - 1;
/** Kept for changes of what is there, such as the end of a key. */
const CHUNKS_KEPT = 512;
const NO_BYTES = Buffer.alloc(0);

export function createByteBlocks(): ByteBlocks {
  return { chunks: [], used: CHUNK_BYTES, free: [] };
}

/** Whether nothing new should be added: there is room for changes only. */
export function isFull({ chunks }: ByteBlocks): boolean {
  return chunks.length > CHUNKS_MAX - CHUNKS_KEPT;
}

/**
 * @param bytes at least 1, at most CHUNK_BYTES
 * @throws RangeError past 4 GiB
 */
export function allocateBlock(blocks: ByteBlocks, bytes: number): number {
  const reused = blocks.free[bytes]?.pop();
  if (reused !== undefined) return reused;
  if (blocks.used + bytes > CHUNK_BYTES) {
    if (blocks.chunks.length >= CHUNKS_MAX) throw new RangeError('There are 4 GiB of blocks');
    blocks.chunks.push(Buffer.alloc(CHUNK_BYTES));
    blocks.used = 0;
  }
  const block = ((blocks.chunks.length - 1) << CHUNK_SHIFT) + blocks.used;
  blocks.used += bytes;
  return block + 1;
}

/** @param bytes as many as it was allocated with */
export function releaseBlock(blocks: ByteBlocks, block: number, bytes: number): void {
  const free = blocks.free[bytes];
  if (free) free.push(block);
  else blocks.free[bytes] = [block];
}

/** The memory that holds the block, from `blockStart(block)` on. */
export function blockChunk(blocks: ByteBlocks, block: number): Buffer {
  return blocks.chunks[(block - 1) >>> CHUNK_SHIFT] ?? NO_BYTES;
}

export function blockStart(block: number): number {
  return (block - 1) & (CHUNK_BYTES - 1);
}
