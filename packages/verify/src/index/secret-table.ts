import { FINGERPRINT_WORDS, type Fingerprint } from './fingerprint.ts';
import {
  discardWords,
  type Move,
  PARTITION_BITS,
  POSITIONS_MAX,
  partitionOf,
  positionOf,
  slotAt,
} from './slots.ts';

/**
 * Finds the record of a secret by its fingerprint, by open addressing with linear probing. The
 * entries are the records themselves, half a cache line each: a decision about a million keys is
 * bound by memory, and one line of it tells all of a key. Partitions by the first bits of the
 * fingerprint grow one by one, so that growth takes little memory and time at once.
 */
export interface SecretTable {
  readonly partitions: readonly Partition[];
  size: number;
}

interface Partition {
  /** A record after the other; zeros where none ever was. */
  words: Int32Array<ArrayBuffer>;
  /** Records in force. */
  live: number;
  /** Those, and what removed ones left behind for searches to pass. */
  taken: number;
}

/** The word behind the fingerprint that tells how a record stands (key-record.ts). */
export const STATE = FINGERPRINT_WORDS + 1;
/** Set in the state of each record in force. */
export const IN_FORCE = 1 << 24;
/** The whole state of a removed one. */
const REMOVED = 1 << 25;

const RECORD_BITS = 3;
const RECORD_WORDS = 1 << RECORD_BITS;
const CAPACITY_MIN = 8;
/** Four of five: fuller, and the search for an absent secret grows long. */
const FULL = 0.8;
/** Capacity after growth by records in force: memory that is not used yet is paid for too. */
const ROOM = 1.55;
/** By how many standard deviations a partition may be fuller than the mean. */
const DEVIATIONS = 4;
const TWO_TO_32 = 2 ** 32;
const NO_WORDS = new Int32Array(0);

/**
 * Positions in each partition for so many secrets in all: hashes fill them nearly alike.
 * @throws RangeError past 67 million secrets
 */
export function roomFor(secrets: number): number {
  const mean = secrets / (1 << PARTITION_BITS);
  const fullest = mean + DEVIATIONS * Math.sqrt(mean);
  const room = Math.max(CAPACITY_MIN, Math.ceil(fullest / FULL) + 2);
  if (room > POSITIONS_MAX) throw new RangeError('The index is full: it holds 67 million keys');
  return room;
}

export function createSecretTable(secretsExpected: number): SecretTable {
  const capacity = roomFor(secretsExpected);
  const partitions = Array.from({ length: 1 << PARTITION_BITS }, () => ({
    words: new Int32Array(capacity << RECORD_BITS),
    live: 0,
    taken: 0,
  }));
  return { partitions, size: 0 };
}

/** The slot of the secret, or -1. */
export function findSlot(table: SecretTable, fingerprint: Fingerprint): number {
  const number = numberOf(fingerprint, 0);
  const words = table.partitions[number]?.words ?? NO_WORDS;
  let start = homeOf(words, fingerprint, 0);
  for (let state = words[start + STATE]; state; state = words[start + STATE]) {
    if (
      words[start] === fingerprint[0] &&
      words[start + 1] === fingerprint[1] &&
      words[start + 2] === fingerprint[2] &&
      words[start + 3] === fingerprint[3] &&
      state !== REMOVED
    ) {
      return slotAt(number, start >> RECORD_BITS);
    }
    start = after(words, start);
  }
  return -1;
}

/**
 * Makes sure that one more secret can be added.
 * @returns what that moved, if it moved others: whatever is kept by slot must follow
 * @throws RangeError past four million secrets in a partition, 67 million in all
 */
export function makeRoom(table: SecretTable, fingerprint: Fingerprint): Move | undefined {
  const number = numberOf(fingerprint, 0);
  const partition = table.partitions[number];
  if (!partition || partition.taken < (partition.words.length >> RECORD_BITS) * FULL - 1) {
    return undefined;
  }
  const capacity = Math.max(CAPACITY_MIN, Math.ceil(partition.live * ROOM));
  if (capacity > POSITIONS_MAX) throw new RangeError('The index is full: it holds 67 million keys');
  return { partition: number, positions: rebuild(partition, capacity), capacity };
}

/** A slot for a secret that is not in the table yet. Its record says that it is in force. */
export function addSlot(table: SecretTable, fingerprint: Fingerprint): number {
  const number = numberOf(fingerprint, 0);
  const partition = table.partitions[number];
  if (!partition) throw new RangeError(`There is no partition ${number}`);
  const { words } = partition;
  let start = homeOf(words, fingerprint, 0);
  while (isInForce(words, start)) start = after(words, start);
  if (words[start + STATE] === 0) partition.taken++;
  words.set(fingerprint, start);
  words[start + STATE] = IN_FORCE;
  partition.live++;
  table.size++;
  return slotAt(number, start >> RECORD_BITS);
}

/** Takes the record out of force. What it leaves behind goes when the partition grows or is empty. */
export function removeSlot(table: SecretTable, slot: number): void {
  const partition = table.partitions[partitionOf(slot)];
  if (!partition || !isInForce(partition.words, startOf(slot))) return;
  const start = startOf(slot);
  partition.words.fill(0, start, start + RECORD_WORDS);
  partition.words[start + STATE] = REMOVED;
  partition.live--;
  table.size--;
  if (partition.live > 0) return;
  partition.words.fill(0);
  partition.taken = 0;
}

/** The words among which the record is, from `startOf(slot)` on; none if there is no such slot. */
export function wordsOf(table: SecretTable, slot: number): Int32Array {
  return table.partitions[partitionOf(slot)]?.words ?? NO_WORDS;
}

export function startOf(slot: number): number {
  return positionOf(slot) << RECORD_BITS;
}

/**
 * Home positions keep their order whatever the capacity, so that old and new words are both passed
 * from front to back.
 */
function rebuild(partition: Partition, capacity: number): Int32Array<ArrayBuffer> {
  const old = partition.words;
  const words = new Int32Array(capacity << RECORD_BITS);
  const positions = new Int32Array(old.length >> RECORD_BITS).fill(-1);
  for (let from = 0; from < old.length; from += RECORD_WORDS) {
    if (!isInForce(old, from)) continue;
    let start = homeOf(words, old, from);
    while (words[start + STATE] !== 0) start = after(words, start);
    for (let i = 0; i < RECORD_WORDS; i++) words[start + i] = old[from + i] ?? 0;
    positions[from >> RECORD_BITS] = start >> RECORD_BITS;
  }
  discardWords(old);
  partition.words = words;
  partition.taken = partition.live;
  return positions;
}

function isInForce(words: Int32Array, start: number): boolean {
  return ((words[start + STATE] ?? 0) & IN_FORCE) !== 0;
}

function numberOf(words: Int32Array, at: number): number {
  return (words[at] ?? 0) >>> (32 - PARTITION_BITS);
}

/**
 * Where the search begins: as far into the words as the second word of the fingerprint is into all
 * it could be. Not the first: secrets often come in the order of their hashes, and would crowd.
 */
function homeOf(words: Int32Array, fingerprint: Int32Array, at: number): number {
  const part = (fingerprint[at + 1] ?? 0) >>> 0;
  return Math.floor((part * (words.length >> RECORD_BITS)) / TWO_TO_32) << RECORD_BITS;
}

function after(words: Int32Array, start: number): number {
  const next = start + RECORD_WORDS;
  return next === words.length ? 0 : next;
}
