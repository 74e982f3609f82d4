/** A 32-bit word for each slot of the records, in chunks like theirs (records.ts). */
export interface Column {
  readonly chunks: Int32Array[];
}

const CHUNK_SHIFT = 12;
const CHUNK_SLOTS = 1 << CHUNK_SHIFT;

export function createColumn(): Column {
  return { chunks: [] };
}

/** Zero where nothing was written. */
export function readCell(column: Column, slot: number): number {
  return column.chunks[slot >>> CHUNK_SHIFT]?.[slot & (CHUNK_SLOTS - 1)] ?? 0;
}

export function writeCell(column: Column, slot: number, word: number): void {
  const at = slot >>> CHUNK_SHIFT;
  while (column.chunks.length <= at) column.chunks.push(new Int32Array(CHUNK_SLOTS));
  const chunk = column.chunks[at];
  if (chunk) chunk[slot & (CHUNK_SLOTS - 1)] = word;
}
