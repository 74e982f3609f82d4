import { discardWords } from './discard-words.ts';
import { type Move, PARTITION_BITS, partitionOf, positionOf } from './slots.ts';

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
