import { hash } from 'node:crypto';
import { extendCrc32 } from './crc32.ts';

export const SECRET_PREFIXES = ['tk_live_', 'tk_test_', 'tk_join_'] as const;
export type SecretPrefix = (typeof SECRET_PREFIXES)[number];

/**
 * Finds secrets in other text. A match is only a candidate: `isWellFormed` proves it by its
 * checksum. Without look-around, so that RE2 engines (GitHub, gitleaks) can use it too.
 */
export const SECRET_PATTERN = /tk_(?:live|test|join)_[0-9A-Za-z]{38}/;

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIX_LENGTH = 8;
const BODY_LENGTH = PREFIX_LENGTH + 32;
const SECRET_LENGTH = BODY_LENGTH + 6;
const DISPLAY_LENGTH = PREFIX_LENGTH + 4;

/** Value of each base62 digit by character code; -1 for any other character. */
const DIGITS = new Int8Array(128).fill(-1);
for (const [value, digit] of [...ALPHABET].entries()) DIGITS[digit.charCodeAt(0)] = value;

const PREFIX_CRCS = SECRET_PREFIXES.map((prefix) => [prefix, crc32(prefix)] as const);

/**
 * A new secret: prefix, 32 random base62 characters, checksum (design, "Keys").
 * @param randomBytes a source of that many random bytes; must be cryptographic
 */
export function createSecret(
  prefix: SecretPrefix,
  randomBytes: (count: number) => Uint8Array,
): string {
  let body: string = prefix;
  while (body.length < BODY_LENGTH) {
    for (const byte of randomBytes(BODY_LENGTH)) {
      // 248 is the largest multiple of 62 in a byte: taking more would favour some characters.
      if (byte < 248 && body.length < BODY_LENGTH) body += ALPHABET[byte % 62];
    }
  }
  return body + checksum(body);
}

/**
 * Whether the text has the shape and the checksum of a secret. Costs one pass over 46 characters
 * at most: any other length is refused unread. A slip of one character or a swap of two neighbours
 * never passes, since CRC-32 sees every change within 32 bits.
 */
export function isWellFormed(text: string): boolean {
  if (text.length !== SECRET_LENGTH) return false;
  let crc = prefixCrc(text);
  if (crc === undefined) return false;
  for (let i = PREFIX_LENGTH; i < BODY_LENGTH; i++) {
    const code = text.charCodeAt(i);
    if (digitOf(code) < 0) return false;
    crc = extendCrc32(crc, code);
  }
  let claimed = 0;
  for (let i = BODY_LENGTH; i < SECRET_LENGTH; i++) {
    const digit = digitOf(text.charCodeAt(i));
    if (digit < 0) return false;
    claimed = claimed * 62 + digit;
  }
  return claimed === crc >>> 0;
}

/** What may be shown of a secret: `tk_live_` and four characters. */
export function displayPrefix(secret: string): string {
  return secret.slice(0, DISPLAY_LENGTH);
}

/**
 * SHA-256 of the whole text, 32 bytes. A fast hash is enough for 190 random bits (NIST 800-63B on
 * look-up secrets); it must not be used for passwords.
 */
export function hashSecret(secret: string): Uint8Array {
  const digest = digestOf(secret);
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i++) bytes[i] = digest.charCodeAt(i);
  return bytes;
}

/** The same as text, a character for each byte: Node hands that over several times faster. */
export function digestOf(secret: string): string {
  return hash('sha256', secret, 'latin1');
}

function prefixCrc(text: string): number | undefined {
  for (const [prefix, crc] of PREFIX_CRCS) if (text.startsWith(prefix)) return crc;
  return undefined;
}

function digitOf(code: number): number {
  return DIGITS[code] ?? -1;
}

function crc32(text: string): number {
  let crc = 0;
  for (let i = 0; i < text.length; i++) crc = extendCrc32(crc, text.charCodeAt(i));
  return crc;
}

/** CRC-32 of the text as six base62 digits, most significant first. */
function checksum(text: string): string {
  let rest = crc32(text) >>> 0;
  let digits = '';
  while (digits.length < SECRET_LENGTH - BODY_LENGTH) {
    digits = ALPHABET[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
