/**
 * A slot is where a secret's record is: the number of a partition and a position in it, 26 bits in
 * all. It moves when the partition grows.
 */
export const PARTITION_BITS = 4;
export const POSITION_BITS = 22;
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
