import { KEY_STATUSES, type KeyStatus } from '@tollkeeper/contract';
import { FINGERPRINT_WORDS } from './fingerprint.ts';
import type { KeyIndex } from './key-store.ts';
import { IN_FORCE, STATE, startOf, wordsOf } from './secret-table.ts';

/**
 * What a record holds behind the fingerprint, a word each. Expiry takes 53 bits of its two words;
 * of those above, two hold the status and one whether the secret retires.
 */
const EXPIRY_LOW = FINGERPRINT_WORDS;
const EXPIRY_HIGH_AND_STATUS = STATE;
/** Number of the owner within the organization (key-holders.ts). */
export const HOLDER = STATE + 1;
/** Number of what else many keys share (key-terms.ts). */
export const TERMS = STATE + 2;

const HIGH_BITS = 21;
const HIGH_MASK = (1 << HIGH_BITS) - 1;
const STATUS_MASK = 3;
const RETIRES = 1 << (HIGH_BITS + 2);
const TWO_TO_32 = 2 ** 32;
/** Later than any date that JavaScript can hold. */
const NEVER = Number.MAX_SAFE_INTEGER;

export interface KeyState {
  readonly status: KeyStatus;
  readonly expiresAtMs: number | null;
}

export function writeState(index: KeyIndex, slot: number, state: KeyState, retires: boolean): void {
  const time = state.expiresAtMs === null ? NEVER : wholeTime(state.expiresAtMs);
  const status = KEY_STATUSES.indexOf(state.status) + 1;
  const flags = (status << HIGH_BITS) | (retires ? RETIRES : 0) | IN_FORCE;
  writeWord(index, slot, EXPIRY_LOW, time | 0);
  writeWord(index, slot, EXPIRY_HIGH_AND_STATUS, Math.floor(time / TWO_TO_32) | flags);
}

/** Undefined for a record that holds no key. */
export function statusIn(words: Int32Array, start: number): KeyStatus | undefined {
  const code = ((words[start + EXPIRY_HIGH_AND_STATUS] ?? 0) >>> HIGH_BITS) & STATUS_MASK;
  return KEY_STATUSES[code - 1];
}

/** In milliseconds since 1970; infinite for a key that does not expire. */
export function expiryIn(words: Int32Array, start: number): number {
  const high = (words[start + EXPIRY_HIGH_AND_STATUS] ?? 0) & HIGH_MASK;
  const time = high * TWO_TO_32 + ((words[start + EXPIRY_LOW] ?? 0) >>> 0);
  return time === NEVER ? Number.POSITIVE_INFINITY : time;
}

export function retiresIn(words: Int32Array, start: number): boolean {
  return ((words[start + EXPIRY_HIGH_AND_STATUS] ?? 0) & RETIRES) !== 0;
}

/** Zero for a slot that does not exist. */
export function readWord({ secrets }: KeyIndex, slot: number, field: number): number {
  return wordsOf(secrets, slot)[startOf(slot) + field] ?? 0;
}

export function writeWord({ secrets }: KeyIndex, slot: number, field: number, word: number): void {
  wordsOf(secrets, slot)[startOf(slot) + field] = word;
}

/** A hash that finds the record: the words of its fingerprint, and zeros for the rest. */
export function readHash(index: KeyIndex, slot: number): Uint8Array {
  const hash = new Uint8Array(32);
  const view = new DataView(hash.buffer);
  for (let i = 0; i < FINGERPRINT_WORDS; i++) view.setInt32(i * 4, readWord(index, slot, i));
  return hash;
}

/** Fractions are dropped. What is no time at all is 1970: doubt refuses. */
function wholeTime(ms: number): number {
  const whole = Math.floor(ms);
  return Number.isSafeInteger(whole) && whole >= 0 && whole < NEVER ? whole : 0;
}
