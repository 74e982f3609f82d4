import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSecret,
  displayPrefix,
  hashSecret,
  isWellFormed,
  SECRET_PATTERN,
  SECRET_PREFIXES,
} from './key-text.ts';
import { anyText } from './testing/any-text.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ALPHABET_CODES = [...ALPHABET].map((digit) => digit.charCodeAt(0));
/** The rest of ASCII, and characters whose low byte or whose look is that of a base62 digit. */
const FOREIGN = [
  ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)),
  ...['\u0130', '\u0141', '\u0161', '\uff11', '\u0410', '\ud800', '\udc61', '\u2028'],
].filter((character) => !ALPHABET.includes(character));
const KEYS = process.env.LONG ? 100_000 : 300;
const TIMEOUT_MS = process.env.LONG ? 900_000 : 180_000;

const secrets = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    createSecret(SECRET_PREFIXES[i % 3] ?? 'tk_live_', randomBytes),
  );

function inBase62(number: number): string {
  const places = [5, 4, 3, 2, 1, 0].map((place) => Math.floor(number / 62 ** place) % 62);
  return places.map((digit) => ALPHABET[digit]).join('');
}

function withCharacter(text: string, position: number, character: string): string {
  return text.slice(0, position) + character + text.slice(position + 1);
}

describe('a new secret', () => {
  it('is prefix, 32 characters and the CRC-32 of both in six base62 digits', () => {
    for (const secret of secrets(500)) {
      expect(secret).toMatch(/^tk_(live|test|join)_[0-9A-Za-z]{38}$/);
      const digits = [...secret.slice(40)].map((digit) => ALPHABET.indexOf(digit));
      const checksum = digits.reduce((sum, digit) => sum * 62 + digit, 0);
      expect(checksum).toBe(crc32(secret.slice(0, 40)));
      expect(isWellFormed(secret)).toBe(true);
    }
  });

  it('is the one that the format fixes for given bytes', () => {
    expect(createSecret('tk_live_', (count) => new Uint8Array(count))).toBe(
      'tk_live_0000000000000000000000000000000025ZEjP',
    );
  });

  it('favours no character: bytes from 248 on are thrown away', () => {
    let next = 0;
    const everyByteInTurn = () => Uint8Array.from({ length: 8 }, () => next++ % 256);
    const counts = new Map<string, number>();
    for (let i = 0; i < 31; i++) {
      for (const digit of createSecret('tk_test_', everyByteInTurn).slice(8, 40)) {
        counts.set(digit, (counts.get(digit) ?? 0) + 1);
      }
    }
    expect([...counts.values()]).toEqual(new Array(62).fill(16));
  });
});

describe('the checksum', () => {
  it('refuses every key with one character changed', { timeout: TIMEOUT_MS }, () => {
    for (const secret of secrets(KEYS)) {
      const bytes = Buffer.from(secret, 'latin1');
      for (const [position, original] of [...bytes].entries()) {
        for (const code of ALPHABET_CODES) {
          bytes[position] = code;
          if (code !== original && isWellFormed(bytes.toString('latin1'))) expect.fail(secret);
        }
        bytes[position] = original;
      }
    }
  });

  it('refuses every key with one character that is no base62 digit', () => {
    for (const secret of secrets(50)) {
      for (let position = 0; position < secret.length; position++) {
        for (const character of FOREIGN) {
          const changed = withCharacter(secret, position, character);
          // Right after the key itself: nothing of it may be left to complete the other.
          if (!isWellFormed(secret)) expect.fail(secret);
          if (changed !== secret && isWellFormed(changed)) expect.fail(secret);
        }
      }
    }
  });

  it('refuses every key with two neighbours swapped', { timeout: TIMEOUT_MS }, () => {
    for (const secret of secrets(KEYS)) {
      for (let i = 0; i + 1 < secret.length; i++) {
        const [left = '', right = ''] = [secret[i], secret[i + 1]];
        if (left === right) continue;
        const swapped = withCharacter(withCharacter(secret, i, right), i + 1, left);
        if (isWellFormed(swapped)) expect.fail(`${secret} passes as ${swapped}`);
      }
    }
  });

  it('refuses a number that agrees with the checksum in some of its bits only', () => {
    for (const secret of secrets(50)) {
      const checksum = crc32(secret.slice(0, 40));
      for (let bit = 0; bit <= 34; bit++) {
        const other = inBase62((checksum + 2 ** bit) % 62 ** 6);
        expect(isWellFormed(secret.slice(0, 40) + other)).toBe(false);
      }
      expect(secret.slice(40)).toBe(inBase62(checksum));
    }
  });

  it('refuses a key of which a part that is none of ours would not count', () => {
    for (const secret of secrets(50)) {
      const body = secret.slice(0, 40);
      // What the checksum would be if the prefix, or a character that is no digit, changed nothing.
      const withoutPrefix = crc32(body) ^ crc32(body.slice(0, 8) + '\0'.repeat(32));
      const foreign = `sk_live_${body.slice(8)}`;
      expect(isWellFormed(foreign + inBase62(withoutPrefix >>> 0))).toBe(false);
      expect(isWellFormed(foreign + inBase62(crc32(foreign)))).toBe(false);
      for (let position = 8; position < 40; position++) {
        const without = inBase62(crc32(withCharacter(body, position, '\0')));
        expect(isWellFormed(withCharacter(body, position, '!') + without)).toBe(false);
      }
    }
  });

  it('refuses a key with a character added or lost', () => {
    for (const secret of secrets(50)) {
      for (let i = 0; i < secret.length; i++) {
        expect(isWellFormed(secret.slice(0, i) + secret.slice(i + 1))).toBe(false);
        expect(isWellFormed(`${secret.slice(0, i)}0${secret.slice(i)}`)).toBe(false);
      }
    }
  });
});

describe('hostile text', () => {
  it('is refused, whatever it is', () => {
    const hostile = ['', '__proto__', 'tk_live_', '\ud800'.repeat(46), 'tk_live_'.repeat(1e5)];
    for (const text of hostile) expect(isWellFormed(text)).toBe(false);
    fc.assert(fc.property(anyText, (text) => !isWellFormed(text)));
  });
});

describe('what is kept and shown', () => {
  it('is the SHA-256 of the whole text', () => {
    for (const text of [...secrets(3), '', 'é\ud800']) {
      expect(hashSecret(text)).toEqual(
        new Uint8Array(createHash('sha256').update(text, 'utf8').digest()),
      );
    }
  });

  it('is the prefix and four characters', () => {
    expect(displayPrefix('tk_live_0000000000000000000000000000000025ZEjP')).toBe('tk_live_0000');
  });

  it('is found by the pattern in other text', () => {
    const [secret = ''] = secrets(1);
    expect(`KEY="${secret}";`.match(SECRET_PATTERN)?.[0]).toBe(secret);
    expect(secret.slice(0, -1)).not.toMatch(SECRET_PATTERN);
  });
});
