import { KEY_STATUSES, type KeyStatus } from '@tollkeeper/contract';
import { FINGERPRINT_WORDS } from './fingerprint.ts';
import { type Records, readWord, writeWord } from './records.ts';
import type { ScopeSet } from './scope-set.ts';

/**
 * What a record holds behind the fingerprint, a word each. Expiry takes 53 bits of its two words;
 * the eleven above hold the status and whether the secret retires.
 */
const EXPIRY_LOW = FINGERPRINT_WORDS;
const EXPIRY_HIGH_AND_STATUS = EXPIRY_LOW + 1;
export const OWNER = EXPIRY_LOW + 2;
export const ORGANIZATION = EXPIRY_LOW + 3;
export const WORKSPACE = EXPIRY_LOW + 4;
export const IP_LIST = EXPIRY_LOW + 5;
const SCOPES_LOW = EXPIRY_LOW + 6;
const SCOPES_HIGH = EXPIRY_LOW + 7;

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
  readonly retires: boolean;
}

export function writeState(records: Records, slot: number, state: KeyState): void {
  const time = state.expiresAtMs === null ? NEVER : wholeTime(state.expiresAtMs);
  const status = KEY_STATUSES.indexOf(state.status) + 1;
  const flags = (status << HIGH_BITS) | (state.retires ? RETIRES : 0);
  writeWord(records, slot, EXPIRY_LOW, time | 0);
  writeWord(records, slot, EXPIRY_HIGH_AND_STATUS, Math.floor(time / TWO_TO_32) | flags);
}

/** Undefined for a slot that holds no key. */
export function readStatus(records: Records, slot: number): KeyStatus | undefined {
  const code = (readWord(records, slot, EXPIRY_HIGH_AND_STATUS) >>> HIGH_BITS) & STATUS_MASK;
  return KEY_STATUSES[code - 1];
}

/** In milliseconds since 1970; infinite for a key that does not expire. */
export function readExpiry(records: Records, slot: number): number {
  const high = readWord(records, slot, EXPIRY_HIGH_AND_STATUS) & HIGH_MASK;
  const time = high * TWO_TO_32 + (readWord(records, slot, EXPIRY_LOW) >>> 0);
  return time === NEVER ? Number.POSITIVE_INFINITY : time;
}

export function readRetires(records: Records, slot: number): boolean {
  return (readWord(records, slot, EXPIRY_HIGH_AND_STATUS) & RETIRES) !== 0;
}

export function writeScopes(records: Records, slot: number, scopes: ScopeSet): void {
  writeWord(records, slot, SCOPES_LOW, scopes.low);
  writeWord(records, slot, SCOPES_HIGH, scopes.high);
}

export function readScopes(records: Records, slot: number): ScopeSet {
  return {
    low: readWord(records, slot, SCOPES_LOW),
    high: readWord(records, slot, SCOPES_HIGH),
  };
}

/** Fractions are dropped. What is no time at all is 1970: doubt refuses. */
function wholeTime(ms: number): number {
  const whole = Math.floor(ms);
  return Number.isSafeInteger(whole) && whole >= 0 && whole < NEVER ? whole : 0;
}
