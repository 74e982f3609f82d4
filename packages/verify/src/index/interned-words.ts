import {
  addToTable,
  createHashTable,
  findInTable,
  type HashTable,
  IDENTITY_WORDS,
  removeFromTable,
} from './hash-table.ts';
import { allocateSlot, createRecords, readWord, releaseSlot, writeWord } from './records.ts';

/**
 * Sets of four words numbered from 1, so that a record holds one word in place of four; 0 is none,
 * and reads as zeros. Counted by use like texts (interned-texts.ts). Each has a record, in which
 * the words behind `INTERNED_WORDS` are the owner's to fill; all are zero after the last use.
 */
export type InternedWords = HashTable;

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
