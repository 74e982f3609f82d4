/**
 * The first 128 bits of a secret's hash stand for all of it: to find another secret with the same
 * ones takes 2^128 tries, 2^108 against a million keys.
 */
export type Fingerprint = Int32Array;

export const FINGERPRINT_WORDS = 4;
const HASH_BYTES = 32;

export function createFingerprint(): Fingerprint {
  return new Int32Array(FINGERPRINT_WORDS);
}

/** @throws RangeError for anything but the 32 bytes of a SHA-256 */
export function requireHash(hash: Uint8Array): void {
  if (!isHash(hash)) throw new RangeError(`A hash has 32 bytes, this one has ${hash.length}`);
}

export function isHash(hash: Uint8Array): boolean {
  return hash.length === HASH_BYTES;
}

/** Each word takes four bytes, the first one most significant. */
export function readFingerprint(fingerprint: Fingerprint, hash: Uint8Array): void {
  for (let i = 0; i < FINGERPRINT_WORDS; i++) {
    const at = i * 4;
    fingerprint[i] =
      ((hash[at] ?? 0) << 24) |
      ((hash[at + 1] ?? 0) << 16) |
      ((hash[at + 2] ?? 0) << 8) |
      (hash[at + 3] ?? 0);
  }
}

/** Reads the fingerprint from a hash given as text, one character for each byte. */
export function readFingerprintText(fingerprint: Fingerprint, hash: string): void {
  for (let i = 0; i < FINGERPRINT_WORDS; i++) {
    const at = i * 4;
    fingerprint[i] =
      (hash.charCodeAt(at) << 24) |
      (hash.charCodeAt(at + 1) << 16) |
      (hash.charCodeAt(at + 2) << 8) |
      hash.charCodeAt(at + 3);
  }
}
