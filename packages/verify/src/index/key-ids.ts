import { type KeyLabels, readKeyId } from './key-labels.ts';
import {
  type Column,
  createColumn,
  discardWords,
  type Move,
  moveCells,
  readCell,
  slotAt,
  writeCell,
} from './slots.ts';

/**
 * Key id → slots of its secrets, by open addressing with linear probing: an entry for each secret,
 * so a key has as many as it has secrets. An entry is 0 when empty, else the slot plus one in 26
 * bits below 6 bits of the id's hash, which spare most of the looks at ids that turn out to be
 * others. Only changes search here, never a decision: so it grows by half, in favour of memory. Ids
 * are made by the control plane at random, so
 * that nobody can make them crowd.
 */
export interface KeyIdTable {
  entries: Int32Array<ArrayBuffer>;
  size: number;
  /** Hash of the id by slot, so that growing reads no ids. */
  readonly hashes: Column;
}

const SLOT_BITS = 26;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const TAG_MASK = 63;
const ENTRIES_MIN = 16;
const FULL = 0.75;
const GROWTH = 1.5;
const TWO_TO_32 = 2 ** 32;

/** @param room positions in each partition of the secrets */
export function createKeyIdTable(secretsExpected: number, room: number): KeyIdTable {
  const entries = Math.max(ENTRIES_MIN, Math.ceil(secretsExpected / FULL) + 1);
  return { entries: new Int32Array(entries), size: 0, hashes: createColumn(room) };
}

/** Adds the slot under the id; it must not be in the table yet. */
export function addKeyId(table: KeyIdTable, slot: number, keyId: string): void {
  if (table.size >= table.entries.length * FULL) growTable(table);
  writeCell(table.hashes, slot, hashOf(keyId));
  placeSlot(table, table.entries, slot);
  table.size++;
}

/** Removes the slot, if it is there. */
export function removeKeyId(table: KeyIdTable, slot: number): void {
  const position = findEntry(table, slot);
  if (position < 0) return;
  closeGap(table, position);
  table.size--;
}

/** Follows the secrets to their new slots. */
export function moveKeyIds(table: KeyIdTable, move: Move): void {
  const { entries } = table;
  const { partition, positions } = move;
  // All are found before one is written: what is a new slot here was an old one there.
  const found = new Int32Array(positions.length);
  for (let old = 0; old < positions.length; old++) {
    const isThere = (positions[old] ?? -1) >= 0;
    found[old] = isThere ? findEntry(table, slotAt(partition, old)) : -1;
  }
  for (let old = 0; old < positions.length; old++) {
    const at = found[old] ?? -1;
    if (at < 0) continue;
    entries[at] =
      (entryAt(entries, at) & ~SLOT_MASK) | (slotAt(partition, positions[old] ?? 0) + 1);
  }
  discardWords(found);
  moveCells(table.hashes, move);
}

/** The slots of all secrets of the key. */
export function slotsOfKey(table: KeyIdTable, labels: KeyLabels, keyId: string): readonly number[] {
  const { entries } = table;
  const hash = hashOf(keyId);
  let slots = NO_SLOTS;
  let position = positionOf(hash, entries.length);
  for (let entry = entryAt(entries, position); entry !== 0; entry = entryAt(entries, position)) {
    const slot = slotOf(entry);
    const mayBe =
      entry >>> SLOT_BITS === (hash & TAG_MASK) && readCell(table.hashes, slot) === hash;
    // Most searches are for keys that are new: those make no list.
    if (mayBe && readKeyId(labels, slot) === keyId) slots = [...slots, slot];
    position = after(entries, position);
  }
  return slots;
}

const NO_SLOTS: readonly number[] = [];

/** Where the entry of the slot is, or -1. */
function findEntry(table: KeyIdTable, slot: number): number {
  const { entries } = table;
  let position = homeOf(table, entries, slot);
  for (let entry = entryAt(entries, position); entry !== 0; entry = entryAt(entries, position)) {
    if (slotOf(entry) === slot) return position;
    position = after(entries, position);
  }
  return -1;
}

function placeSlot(table: KeyIdTable, entries: Int32Array, slot: number): void {
  let position = homeOf(table, entries, slot);
  while (entryAt(entries, position) !== 0) position = after(entries, position);
  entries[position] = ((readCell(table.hashes, slot) & TAG_MASK) << SLOT_BITS) | (slot + 1);
}

/**
 * Empties the entry and moves later ones of its run back, each as far as the position that its id
 * asks for: a search, which ends at the first empty entry, still meets them.
 */
function closeGap(table: KeyIdTable, position: number): void {
  const { entries } = table;
  let gap = position;
  let next = after(entries, gap);
  for (let entry = entryAt(entries, next); entry !== 0; entry = entryAt(entries, next)) {
    const home = homeOf(table, entries, slotOf(entry));
    if (distance(entries, home, next) >= distance(entries, gap, next)) {
      entries[gap] = entry;
      gap = next;
    }
    next = after(entries, next);
  }
  entries[gap] = 0;
}

function growTable(table: KeyIdTable): void {
  const grown = new Int32Array(Math.ceil(table.entries.length * GROWTH));
  for (const entry of table.entries) if (entry !== 0) placeSlot(table, grown, slotOf(entry));
  discardWords(table.entries);
  table.entries = grown;
}

/** FNV-1a, then mixed so that high and low bits depend on every character. */
function hashOf(keyId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < keyId.length; i++) hash = Math.imul(hash ^ keyId.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** A table of any size is reached evenly, with the high bits; the tag takes the low ones. */
function positionOf(hash: number, length: number): number {
  return Math.floor(((hash >>> 0) * length) / TWO_TO_32);
}

function homeOf(table: KeyIdTable, entries: Int32Array, slot: number): number {
  return positionOf(readCell(table.hashes, slot), entries.length);
}

function after(entries: Int32Array, position: number): number {
  return position + 1 === entries.length ? 0 : position + 1;
}

function distance(entries: Int32Array, from: number, to: number): number {
  return to >= from ? to - from : to - from + entries.length;
}

function entryAt(entries: Int32Array, position: number): number {
  return entries[position] ?? 0;
}

function slotOf(entry: number): number {
  return (entry & SLOT_MASK) - 1;
}
