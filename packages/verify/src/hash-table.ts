import { hasFingerprint, hashWord } from './fingerprint.ts';
import { type Records, readWord } from './records.ts';

/**
 * Fingerprint → slot, by open addressing with linear probing. An entry is 0 when empty, else the
 * slot plus one in 26 bits, below a 6-bit tag taken from the second word of the fingerprint: the
 * tag spares most of the looks at records that turn out to be other keys.
 */
export interface HashTable {
  /** A power of two of them. */
  entries: Int32Array;
  size: number;
}

const SLOT_BITS = 26;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const ENTRIES_MIN = 16;
/** Three of four entries: fuller, and a search for an absent key grows long. */
const FULL = 0.75;

export function createHashTable(): HashTable {
  return { entries: new Int32Array(ENTRIES_MIN), size: 0 };
}

/** The slot of the record that has the hash, or -1. */
export function findInTable(table: HashTable, records: Records, hash: Uint8Array): number {
  return slotOf(entryAt(table, findPosition(table, records, hash)));
}

/**
 * Adds a slot. The hash must not be in the table yet.
 * @throws RangeError past 67 million slots
 */
export function addToTable(table: HashTable, records: Records, slot: number): void {
  if (slot >= SLOT_MASK) throw new RangeError(`The index is full: it holds ${SLOT_MASK} secrets`);
  if (table.size >= table.entries.length * FULL) growTable(table, records);
  placeSlot(table, records, slot);
  table.size++;
}

/** Removes the slot of the record that has the hash, and returns it; -1 if there is none. */
export function removeFromTable(table: HashTable, records: Records, hash: Uint8Array): number {
  const position = findPosition(table, records, hash);
  const slot = slotOf(entryAt(table, position));
  if (slot >= 0) {
    closeGap(table, records, position);
    table.size--;
  }
  return slot;
}

/** Where the hash is, or the empty entry where the search for it ends. */
function findPosition(table: HashTable, records: Records, hash: Uint8Array): number {
  const mask = table.entries.length - 1;
  const tag = hashWord(hash, 1) >>> SLOT_BITS;
  let position = hashWord(hash, 0) & mask;
  for (let entry = entryAt(table, position); entry !== 0; entry = entryAt(table, position)) {
    if (entry >>> SLOT_BITS === tag && hasFingerprint(records, slotOf(entry), hash)) break;
    position = (position + 1) & mask;
  }
  return position;
}

function placeSlot(table: HashTable, records: Records, slot: number): void {
  const mask = table.entries.length - 1;
  let position = readWord(records, slot, 0) & mask;
  while (entryAt(table, position) !== 0) position = (position + 1) & mask;
  const tag = readWord(records, slot, 1) >>> SLOT_BITS;
  table.entries[position] = (tag << SLOT_BITS) | (slot + 1);
}

/**
 * Empties the entry and moves later ones of its run back, each as far as the position that its
 * fingerprint asks for: a search, which ends at the first empty entry, still meets them.
 */
function closeGap(table: HashTable, records: Records, position: number): void {
  const mask = table.entries.length - 1;
  let gap = position;
  let next = (gap + 1) & mask;
  for (let entry = entryAt(table, next); entry !== 0; entry = entryAt(table, next)) {
    const home = readWord(records, slotOf(entry), 0) & mask;
    if (((next - home) & mask) >= ((next - gap) & mask)) {
      table.entries[gap] = entry;
      gap = next;
    }
    next = (next + 1) & mask;
  }
  table.entries[gap] = 0;
}

function growTable(table: HashTable, records: Records): void {
  const old = table.entries;
  table.entries = new Int32Array(old.length * 2);
  for (const entry of old) if (entry !== 0) placeSlot(table, records, slotOf(entry));
}

function entryAt(table: HashTable, position: number): number {
  return table.entries[position] ?? 0;
}

function slotOf(entry: number): number {
  return (entry & SLOT_MASK) - 1;
}
