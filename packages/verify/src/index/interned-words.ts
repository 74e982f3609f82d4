import {
  allocateSlot,
  chunkOf,
  createRecords,
  type Records,
  readWord,
  releaseSlot,
  startOf,
  writeWord,
} from './records.ts';

/**
 * Sets of four words numbered from 1, so that a record holds one word in place of four; 0 is none,
 * and reads as zeros. Counted by use like texts (interned-texts.ts). Each has a record, in which
 * the words behind `INTERNED_WORDS` are the owner's to fill; all are zero after the last use.
 */
export type InternedWords = HashTable;

/** How many words at the start of a record tell it from all others. */
const IDENTITY_WORDS = 4;
const USES = IDENTITY_WORDS;
export const INTERNED_WORDS = USES + 1;

export function createInternedWords(): InternedWords {
  const records = createRecords();
  allocateSlot(records);
  return createHashTable(records);
}

/** The number of the words, with one use more. */
export function acquireWords(interned: InternedWords, words: Int32Array): number {
  const known = findInTable(interned, words);
  const number = known >= 0 ? known : addWords(interned, words);
  writeWord(interned.records, number, USES, readWord(interned.records, number, USES) + 1);
  return number;
}

/** One use less. After the last the number is free for other words. */
export function releaseWords(interned: InternedWords, number: number): void {
  const { records } = interned;
  const uses = readWord(records, number, USES);
  if (uses > 1) writeWord(records, number, USES, uses - 1);
  if (uses !== 1) return;
  for (let i = 0; i < IDENTITY_WORDS; i++) scratch[i] = readWord(records, number, i);
  removeFromTable(interned, scratch);
  releaseSlot(records, number);
}

const scratch = new Int32Array(IDENTITY_WORDS);

function addWords(interned: InternedWords, words: Int32Array): number {
  const number = allocateSlot(interned.records);
  addToTable(interned, number, words);
  return number;
}

/**
 * Finds records by the four words that identify each, which are its first. Open addressing with
 * linear probing: an entry is 0 when empty, else the slot plus one in 26 bits, below a 6-bit tag
 * taken from the mixed words: the tag spares most of the looks at records that turn out to be others.
 */
interface HashTable {
  readonly records: Records;
  /** A power of two of them. */
  entries: Int32Array;
  size: number;
}

const SLOT_BITS = 26;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const ENTRIES_MIN = 16;
/** Three of four entries: fuller, and a search for an absent record grows long. */
const FULL = 0.75;

function createHashTable(records: Records): HashTable {
  return { records, entries: new Int32Array(ENTRIES_MIN), size: 0 };
}

/** The slot of the record that begins with the words, or -1. */
function findInTable(table: HashTable, words: Int32Array): number {
  return slotOf(entryAt(table, findPosition(table, words)));
}

/**
 * Writes the words to the record at the slot and adds it. They must not be in the table yet.
 * @throws RangeError past 67 million slots
 */
function addToTable(table: HashTable, slot: number, words: Int32Array): void {
  if (slot >= SLOT_MASK) throw new RangeError(`The index is full: it holds ${SLOT_MASK} records`);
  if (table.size >= table.entries.length * FULL) growTable(table);
  for (let i = 0; i < IDENTITY_WORDS; i++) writeWord(table.records, slot, i, words[i] ?? 0);
  placeSlot(table, slot);
  table.size++;
}

/** Removes the slot of the record that begins with the words, and returns it; -1 if there is none. */
function removeFromTable(table: HashTable, words: Int32Array): number {
  const position = findPosition(table, words);
  const slot = slotOf(entryAt(table, position));
  if (slot >= 0) {
    closeGap(table, position);
    table.size--;
  }
  return slot;
}

/** Where the record is, or the empty entry where the search for it ends. */
function findPosition(table: HashTable, words: Int32Array): number {
  const mask = table.entries.length - 1;
  const mixed = mixWords(words, 0);
  const tag = mixed >>> SLOT_BITS;
  let position = mixed & mask;
  for (let entry = entryAt(table, position); entry !== 0; entry = entryAt(table, position)) {
    if (entry >>> SLOT_BITS === tag && isIdentifiedBy(table.records, slotOf(entry), words)) break;
    position = (position + 1) & mask;
  }
  return position;
}

function isIdentifiedBy(records: Records, slot: number, words: Int32Array): boolean {
  const stored = chunkOf(records, slot);
  const start = startOf(slot);
  return (
    stored[start] === words[0] &&
    stored[start + 1] === words[1] &&
    stored[start + 2] === words[2] &&
    stored[start + 3] === words[3]
  );
}

function placeSlot(table: HashTable, slot: number): void {
  const mask = table.entries.length - 1;
  const mixed = mixedOf(table.records, slot);
  let position = mixed & mask;
  while (entryAt(table, position) !== 0) position = (position + 1) & mask;
  table.entries[position] = (mixed & ~SLOT_MASK) | (slot + 1);
}

/**
 * Empties the entry and moves later ones of its run back, each as far as the position that its
 * words ask for: a search, which ends at the first empty entry, still meets them.
 */
function closeGap(table: HashTable, position: number): void {
  const mask = table.entries.length - 1;
  let gap = position;
  let next = (gap + 1) & mask;
  for (let entry = entryAt(table, next); entry !== 0; entry = entryAt(table, next)) {
    const home = mixedOf(table.records, slotOf(entry)) & mask;
    if (((next - home) & mask) >= ((next - gap) & mask)) {
      table.entries[gap] = entry;
      gap = next;
    }
    next = (next + 1) & mask;
  }
  table.entries[gap] = 0;
}

function growTable(table: HashTable): void {
  const old = table.entries;
  table.entries = new Int32Array(old.length * 2);
  for (const entry of old) if (entry !== 0) placeSlot(table, slotOf(entry));
}

function mixedOf(records: Records, slot: number): number {
  return mixWords(chunkOf(records, slot), startOf(slot));
}

/** Spreads what the four words say over all bits (MurmurHash3's constants): numbers are small. */
function mixWords(words: Int32Array, at: number): number {
  let mixed = (words[at] ?? 0) ^ Math.imul(words[at + 1] ?? 0, 0xcc9e2d51);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x1b873593);
  mixed ^= Math.imul(words[at + 2] ?? 0, 0x85ebca6b) ^ Math.imul(words[at + 3] ?? 0, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

function entryAt(table: HashTable, position: number): number {
  return table.entries[position] ?? 0;
}

function slotOf(entry: number): number {
  return (entry & SLOT_MASK) - 1;
}
