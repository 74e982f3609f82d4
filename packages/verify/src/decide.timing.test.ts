/**
 * No timing oracle (ASVS 11.2.4): the duration of a refusal does not reveal how much of a guess is
 * right. What matters is the comparison of guesses that are answered alike: nearly a key against
 * nothing like one, both well formed and unknown, or both malformed. A hit is answered differently
 * anyway, so its duration reveals nothing more; and nobody can aim at the hash of a key, whose words
 * the look-up compares one by one, without the key.
 *
 * This is no test of speed: both classes and their controls are measured in the same interleaved
 * rounds, and it fails only where all trials distinguish the classes beyond the control.
 */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { putOwner } from './index/key-holders.ts';
import { putSecret } from './index/key-index.ts';
import { createKeyIndex } from './index/key-store.ts';
import { createSecret, hashSecret } from './key-text.ts';
import { exampleKey, exampleOwner } from './testing/example-key.ts';
import { countDistinguished, TRIALS } from './testing/welch.ts';

const KEYS = 2000;
const TRIAL = process.env.LONG ? { samples: 100_000, rounds: 15 } : { samples: 8000, rounds: 5 };
const TIMEOUT_MS = process.env.LONG ? 300_000 : 180_000;

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BODY_START = 8;
const BODY_END = 40;

const secrets = Array.from({ length: KEYS }, () => createSecret('tk_live_', randomBytes));
const index = createKeyIndex();
putOwner(index, exampleOwner());
for (const [i, secret] of secrets.entries()) {
  putSecret(index, hashSecret(secret), exampleKey({ keyId: `key_${i}` }));
}

interface Guess {
  readonly secret: string;
  readonly key: string;
}

/** A key with one of its last eight random characters changed, under the right checksum. */
function near(): Guess {
  const key = secrets[below(KEYS)] ?? '';
  const digits = [...key.slice(BODY_START, BODY_END)].map((digit) => ALPHABET.indexOf(digit));
  const position = digits.length - 1 - below(8);
  digits[position] = ((digits[position] ?? 0) + 1 + below(61)) % 62;
  return { secret: secretOf(digits), key };
}

function far(): Guess {
  const digits = Array.from({ length: BODY_END - BODY_START }, () => below(62));
  return { secret: secretOf(digits), key: secrets[below(KEYS)] ?? '' };
}

function mistyped({ secret, key }: Guess): Guess {
  const last = ALPHABET.indexOf(secret.slice(-1));
  return { secret: `${secret.slice(0, -1)}${ALPHABET[(last + 1) % 62]}`, key };
}

function secretOf(digits: readonly number[]): string {
  return createSecret('tk_live_', (count) =>
    Uint8Array.from({ length: count }, (_, i) => digits[i] ?? 0),
  );
}

/** In one piece, as a header that was just read is: else the pieces would be measured. */
function asReceived(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit);
}

function distinguished(classes: readonly [() => Guess, () => Guess], call: (guess: Guess) => void) {
  const copy = ({ secret, key }: Guess) => ({ secret: asReceived(secret), key });
  return countDistinguished({ classes, copy, call, ...TRIAL });
}

const refuse = (expected: string) => (guess: Guess) => {
  if (decide(index, { secret: guess.secret }, 1).code !== expected)
    throw new Error(`It was not ${expected}`);
};

describe('the duration of a refusal', () => {
  it('does not reveal how close an unknown key is to a real one', { timeout: TIMEOUT_MS }, () => {
    expect(distinguished([near, far], refuse('not_found'))).toBeLessThan(TRIALS);
  });

  it('does not reveal how close a mistyped key is to a real one', { timeout: TIMEOUT_MS }, () => {
    const classes = [() => mistyped(near()), () => mistyped(far())] as const;
    expect(distinguished(classes, refuse('malformed'))).toBeLessThan(TRIALS);
  });

  it('would reveal it if texts were compared up to the first difference', {
    timeout: TIMEOUT_MS,
  }, () => {
    const refuseBoth = refuse('not_found');
    const count = distinguished([near, far], (guess) => {
      refuseBoth(guess);
      if (startsAlike(guess.secret, guess.key) === guess.key.length) throw new Error('A key');
    });
    expect(count).toBeGreaterThan(0);
  });
});

function startsAlike(left: string, right: string): number {
  let same = 0;
  while (same < right.length && left.charCodeAt(same) === right.charCodeAt(same)) same++;
  return same;
}
