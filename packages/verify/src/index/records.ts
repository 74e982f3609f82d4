/**
 * Records of eight 32-bit words, numbered by slot. Typed arrays in small chunks: growth copies
 * nothing, wastes at most one chunk, and gives the garbage collector nothing to walk.
 */
export interface Records {
  readonly chunks: Int32Array[];
  /** Slots handed out so far, given back ones included. */
  used: number;
  /** Slots given back, to be handed out first. */
  readonly free: number[];
}

const RECORD_WORDS = 8;
const CHUNK_BITS = 10;
const CHUNK_SLOTS = 1 << CHUNK_BITS;
const NO_WORDS = new Int32Array(0);

export function createRecords(): Records {
  return { chunks: [], used: 0, free: [] };
}

/** A slot whose words are all zero. */
export function allocateSlot(records: Records): number {
  const reused = records.free.pop();
  if (reused !== undefined) return reused;
  if (records.used === records.chunks.length << CHUNK_BITS) {
    records.chunks.push(new Int32Array(CHUNK_SLOTS * RECORD_WORDS));
  }
  return records.used++;
}

export function releaseSlot(records: Records, slot: number): void {
  for (let field = 0; field < RECORD_WORDS; field++) writeWord(records, slot, field, 0);
  records.free.push(slot);
}

/** Zero for a slot that does not exist. */
export function readWord(records: Records, slot: number, field: number): number {
  return chunkOf(records, slot)[startOf(slot) + field] ?? 0;
}

export function writeWord(records: Records, slot: number, field: number, word: number): void {
  chunkOf(records, slot)[startOf(slot) + field] = word;
}

/** The array that holds the record, from `startOf(slot)` on; an empty one if there is no record. */
export function chunkOf(records: Records, slot: number): Int32Array {
  return records.chunks[slot >>> CHUNK_BITS] ?? NO_WORDS;
}

export function startOf(slot: number): number {
  return (slot & (CHUNK_SLOTS - 1)) * RECORD_WORDS;
}
