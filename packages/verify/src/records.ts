/**
 * Fixed-size records of 32-bit words, numbered by slot. Typed arrays in small chunks: growth copies
 * nothing, wastes at most one chunk, and gives the garbage collector nothing to walk.
 */
export interface Records {
  readonly chunks: Int32Array[];
  /** Slots handed out so far, given back ones included. */
  used: number;
  /** Slots given back, to be handed out first. */
  readonly free: number[];
}

export const RECORD_WORDS = 12;
const CHUNK_SHIFT = 12;
const CHUNK_SLOTS = 1 << CHUNK_SHIFT;

export function createRecords(): Records {
  return { chunks: [], used: 0, free: [] };
}

/** A slot whose words are all zero. */
export function allocateSlot(records: Records): number {
  const reused = records.free.pop();
  if (reused !== undefined) return reused;
  if (records.used === records.chunks.length << CHUNK_SHIFT) {
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
  const at = (slot & (CHUNK_SLOTS - 1)) * RECORD_WORDS + field;
  return records.chunks[slot >>> CHUNK_SHIFT]?.[at] ?? 0;
}

export function writeWord(records: Records, slot: number, field: number, word: number): void {
  const chunk = records.chunks[slot >>> CHUNK_SHIFT];
  if (chunk) chunk[(slot & (CHUNK_SLOTS - 1)) * RECORD_WORDS + field] = word;
}
