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
 * Tuples of words numbered from 1, so that a record holds one word in place of several; 0 is none,
 * and reads as zeros. Counted by use like texts (interned-texts.ts). Each has a record: the words of
 * the tuple, then how many uses it has. Those behind are the owner's to fill; all are zero after the
 * last use.
 */
export type InternedWords = HashTable;

/** @param identityWords how many words at the start of a record distinguish it from all others */
export function createInternedWords(identityWords: number): InternedWords {
  const records = createRecords();
  allocateSlot(records);
  return createHashTable(records, identityWords);
}

/** The number of the words, with one use more. */
export function acquireWords(interned: InternedWords, words: Int32Array): number {
  const known = findInTable(interned, words);
  const number = known >= 0 ? known : addWords(interned, words);
  const { records, identityWords: uses } = interned;
  writeWord(records, number, uses, readWord(records, number, uses) + 1);
  return number;
}

/** One use less. After the last the number is free for other words. */
export function releaseWords(interned: InternedWords, number: number): void {
  const { records, identityWords } = interned;
  const uses = readWord(records, number, identityWords);
  if (uses > 1) writeWord(records, number, identityWords, uses - 1);
  if (uses !== 1) return;
  const at = startOf(number);
  removeFromTable(interned, chunkOf(records, number).slice(at, at + identityWords));
  releaseSlot(records, number);
}

function addWords(interned: InternedWords, words: Int32Array): number {
  const number = allocateSlot(interned.records);
  addToTable(interned, number, words);
  return number;
}

/**
 * Finds records by the words that identify each, which are its first. Open addressing with
 * linear probing: an entry is 0 when empty, else the slot plus one in 26 bits, below a 6-bit tag
 * taken from the mixed words: the tag spares most of the looks at records that turn out to be others.
 */
interface HashTable {
  readonly records: Records;
  readonly identityWords: number;
  /** A power of two of them. */
  entries: Int32Array;
  size: number;
}

const SLOT_BITS = 26;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const ENTRIES_MIN = 16;
/** Three of four entries: fuller, and a search for an absent record grows long. */
const FULL = 0.75;

function createHashTable(records: Records, identityWords: number): HashTable {
  return { records, identityWords, entries: new Int32Array(ENTRIES_MIN), size: 0 };
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
  for (let i = 0; i < table.identityWords; i++) writeWord(table.records, slot, i, words[i] ?? 0);
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
  const mixed = mixWords(words, 0, table.identityWords);
  const tag = mixed >>> SLOT_BITS;
  let position = mixed & mask;
  for (let entry = entryAt(table, position); entry !== 0; entry = entryAt(table, position)) {
    if (entry >>> SLOT_BITS === tag && isIdentifiedBy(table, slotOf(entry), words)) break;
    position = (position + 1) & mask;
  }
  return position;
}

function isIdentifiedBy(table: HashTable, slot: number, words: Int32Array): boolean {
  const stored = chunkOf(table.records, slot);
  const start = startOf(slot);
  for (let i = 0; i < table.identityWords; i++) if (stored[start + i] !== words[i]) return false;
  return true;
}

function placeSlot(table: HashTable, slot: number): void {
  const mask = table.entries.length - 1;
  const mixed = mixedOf(table, slot);
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
    const home = mixedOf(table, slotOf(entry)) & mask;
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

function mixedOf({ records, identityWords }: HashTable, slot: number): number {
  return mixWords(chunkOf(records, slot), startOf(slot), identityWords);
}

/** Spreads what the words say over all bits (MurmurHash3): numbers are small. */
function mixWords(words: Int32Array, at: number, count: number): number {
  let mixed = 0;
  for (let i = at; i < at + count; i++) {
    const word = Math.imul(words[i] ?? 0, 0xcc9e2d51);
    mixed ^= Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    mixed = Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64;
  }
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function entryAt(table: HashTable, position: number): number {
  return table.entries[position] ?? 0;
}

function slotOf(entry: number): number {
  return (entry & SLOT_MASK) - 1;
}
