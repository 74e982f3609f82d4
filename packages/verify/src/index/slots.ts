/**
 * A slot is where a secret's record is: the number of a partition and a position in it, 26 bits in
 * all. It moves when the partition grows.
 */
export const PARTITION_BITS = 4;
const POSITION_BITS = 22;
const POSITION_MASK = (1 << POSITION_BITS) - 1;
/** One less than the bits could tell, so that a slot plus one has 26 bits too. */
export const POSITIONS_MAX = POSITION_MASK;

/** What the growth of a partition moved. */
export interface Move {
  readonly partition: number;
  /** New positions by old ones; -1 where no secret was. */
  readonly positions: Int32Array<ArrayBuffer>;
  readonly capacity: number;
}

export function slotAt(partition: number, position: number): number {
  return (partition << POSITION_BITS) | position;
}

export function partitionOf(slot: number): number {
  return slot >>> POSITION_BITS;
}

export function positionOf(slot: number): number {
  return slot & POSITION_MASK;
}

export function movedSlot({ partition, positions }: Move, slot: number): number {
  return partitionOf(slot) === partition
    ? slotAt(partition, positions[positionOf(slot)] ?? 0)
    : slot;
}

/** A 32-bit word for each slot, beside the records. */
export interface Column {
  /** By partition. */
  readonly parts: Int32Array<ArrayBuffer>[];
}

const NO_CELLS = new Int32Array(0);

/** @param room positions in each partition */
export function createColumn(room: number): Column {
  const partitions = 1 << PARTITION_BITS;
  return { parts: Array.from({ length: partitions }, () => new Int32Array(room)) };
}

/** Zero where nothing was written. */
export function readCell(column: Column, slot: number): number {
  return column.parts[partitionOf(slot)]?.[positionOf(slot)] ?? 0;
}

export function writeCell(column: Column, slot: number, word: number): void {
  const position = positionOf(slot);
  const part = column.parts[partitionOf(slot)];
  if (part && position < part.length) {
    part[position] = word;
    return;
  }
  const grown = new Int32Array(position + 1);
  grown.set(part ?? NO_CELLS);
  grown[position] = word;
  column.parts[partitionOf(slot)] = grown;
}

/** Follows the secrets to their new slots, with room for all that the partition can hold. */
export function moveCells(column: Column, { partition, positions, capacity }: Move): void {
  const before = column.parts[partition] ?? NO_CELLS;
  const after = new Int32Array(capacity);
  for (let old = 0; old < positions.length; old++) {
    const position = positions[old] ?? -1;
    if (position >= 0) after[position] = before[old] ?? 0;
  }
  if (before !== NO_CELLS) discardWords(before);
  column.parts[partition] = after;
}

/**
 * Gives the memory back at once; the words are gone. Left to the collector, tens of megabytes would
 * gather while an index grows.
 */
export function discardWords(words: Int32Array<ArrayBuffer>): void {
  words.buffer.transfer(0);
}
