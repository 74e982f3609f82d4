import { type Records, readWord, writeWord } from './records.ts';

/**
 * The first 128 bits of a secret's hash stand for all of it: to find another secret with the same
 * ones takes 2^128 tries, 2^108 against a million keys. They fill the first four words of a record.
 */
export const FINGERPRINT_WORDS = 4;
const HASH_BYTES = 32;

/** @throws RangeError for anything but the 32 bytes of a SHA-256 */
export function requireHash(hash: Uint8Array): void {
  if (!isHash(hash)) throw new RangeError(`A hash has 32 bytes, this one has ${hash.length}`);
}

export function isHash(hash: Uint8Array): boolean {
  return hash.length === HASH_BYTES;
}

/** The word at the position, the first byte most significant. */
export function hashWord(hash: Uint8Array, position: number): number {
  const at = position * 4;
  return (
    ((hash[at] ?? 0) << 24) |
    ((hash[at + 1] ?? 0) << 16) |
    ((hash[at + 2] ?? 0) << 8) |
    (hash[at + 3] ?? 0)
  );
}

export function hasFingerprint(records: Records, slot: number, hash: Uint8Array): boolean {
  for (let i = 0; i < FINGERPRINT_WORDS; i++) {
    if (readWord(records, slot, i) !== hashWord(hash, i)) return false;
  }
  return true;
}

export function writeFingerprint(records: Records, slot: number, hash: Uint8Array): void {
  for (let i = 0; i < FINGERPRINT_WORDS; i++) writeWord(records, slot, i, hashWord(hash, i));
}

/** A hash that finds the record: the words of its fingerprint, and zeros for the rest. */
export function readHash(records: Records, slot: number): Uint8Array {
  const hash = new Uint8Array(HASH_BYTES);
  const view = new DataView(hash.buffer);
  for (let i = 0; i < FINGERPRINT_WORDS; i++) view.setInt32(i * 4, readWord(records, slot, i));
  return hash;
}
