import { hash } from 'node:crypto';

export const SECRET_PREFIXES = ['tk_live_', 'tk_test_', 'tk_join_'] as const;
export type SecretPrefix = (typeof SECRET_PREFIXES)[number];

/**
 * Finds secrets in other text. A match is only a candidate: `isWellFormed` proves it by its
 * checksum. Without look-around, so that RE2 engines (GitHub, gitleaks) can use it too.
 */
export const SECRET_PATTERN = /tk_(?:live|test|join)_[0-9A-Za-z]{38}/;

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIX_LENGTH = 8;
const RANDOM_LENGTH = 32;
const BODY_LENGTH = PREFIX_LENGTH + RANDOM_LENGTH;
const SECRET_LENGTH = BODY_LENGTH + 6;
/** Of the checksum. */
const HALF_LENGTH = 3;
const DISPLAY_LENGTH = PREFIX_LENGTH + 4;

/** Value of each base62 digit by byte; -1 for any other byte. */
const DIGITS = new Int8Array(256).fill(-1);
for (const [value, digit] of [...ALPHABET].entries()) DIGITS[digit.charCodeAt(0)] = value;

/** Remainders of the reflected IEEE 802.3 polynomial, by byte. */
const REMAINDERS = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  }
  return remainder;
});

/** What each digit changes in the checksum, by position. */
const DIGIT_BITS = 6;
const DIGIT_MASK = (1 << DIGIT_BITS) - 1;
const DIGIT_CHANGES = new Int32Array(RANDOM_LENGTH << DIGIT_BITS);
for (let at = 0; at < RANDOM_LENGTH; at++) {
  for (const [value, digit] of [...ALPHABET].entries()) {
    const change = crc32Change(BODY_LENGTH, PREFIX_LENGTH + at, digit.charCodeAt(0));
    DIGIT_CHANGES[(at << DIGIT_BITS) | value] = change;
  }
}

/** A text is looked at in one go, so that one array serves all: bytes are read faster than text. */
const scratch = Buffer.from(new ArrayBuffer(SECRET_LENGTH));
const scratchPrefix = new Int32Array(scratch.buffer, 0, 2);

/** Each prefix as two words, and the checksum of it and of zeros where the random characters go. */
const PREFIXES = SECRET_PREFIXES.map((prefix) => {
  scratch.fill(0).write(prefix);
  const [start, end] = scratchPrefix;
  return { start, end, checksum: crc32(scratch.subarray(0, BODY_LENGTH)) };
});

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
  // A character outside ASCII takes several bytes, none of them a digit, and may not fit.
  if (text.length !== SECRET_LENGTH || scratch.write(text) !== SECRET_LENGTH) return false;
  let crc = prefixChecksum();
  if (crc === undefined) return false;
  // Negative once any character is no digit.
  let seen = 0;
  for (let at = 0; at < RANDOM_LENGTH; at++) {
    const digit = digitAt(PREFIX_LENGTH + at);
    seen |= digit;
    crc ^= DIGIT_CHANGES[(at << DIGIT_BITS) | (digit & DIGIT_MASK)] ?? 0;
  }
  // In two halves, which fit in 32 bits each: whole, it would be counted in floating point.
  let high = 0;
  let low = 0;
  for (let at = BODY_LENGTH; at < BODY_LENGTH + HALF_LENGTH; at++) {
    const highDigit = digitAt(at);
    const lowDigit = digitAt(at + HALF_LENGTH);
    seen |= highDigit | lowDigit;
    high = high * 62 + highDigit;
    low = low * 62 + lowDigit;
  }
  return seen >= 0 && high * 62 ** HALF_LENGTH + low === crc >>> 0;
}

/** What may be shown of a secret: `tk_live_` and four characters. */
export function displayPrefix(secret: string): string {
  return secret.slice(0, DISPLAY_LENGTH);
}

const EVERY_SECRET = new RegExp(SECRET_PATTERN, 'g');

/** The text with what looks like a key cut to its display prefix: clients put keys anywhere. */
export function redactSecrets(text: string): string {
  return text.replace(EVERY_SECRET, (secret) => `${displayPrefix(secret)}…`);
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

/** `hashSecret` as text, one character for each byte, which Node returns several times faster. */
export function digestOf(secret: string): string {
  return hash('sha256', secret, 'latin1');
}

function prefixChecksum(): number | undefined {
  const [first, second] = scratchPrefix;
  for (const { start, end, checksum } of PREFIXES) {
    if (start === first && end === second) return checksum;
  }
  return undefined;
}

function digitAt(position: number): number {
  return DIGITS[scratch[position] ?? 0] ?? -1;
}

/** CRC-32 of the text as six base62 digits, most significant first. */
function checksum(text: string): string {
  let rest = crc32(Buffer.from(text, 'latin1')) >>> 0;
  let digits = '';
  while (digits.length < SECRET_LENGTH - BODY_LENGTH) {
    digits = ALPHABET[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** CRC-32 (IEEE 802.3), as a signed word: `>>> 0` makes the usual number of it. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) crc = (REMAINDERS[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return ~crc;
}

/**
 * What one byte changes in the CRC-32 of a text of so many zeros. A CRC is linear: that of any text
 * is the CRC of the zeros and the changes of all its bytes, XORed. So it can be put together from
 * tables, without waiting at each byte for the one before.
 */
function crc32Change(length: number, position: number, byte: number): number {
  const bytes = new Uint8Array(length);
  const zeros = crc32(bytes);
  bytes[position] = byte;
  return crc32(bytes) ^ zeros;
}
