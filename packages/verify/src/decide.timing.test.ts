/**
 * No timing oracle (ASVS 11.2.4): how long a refusal takes does not tell how much of a guess is
 * right. The comparison that means something is between guesses that are answered alike: nearly a
 * key against nothing like one, both well formed and unknown, or both malformed. A hit is answered
 * otherwise, so that its time tells nothing new; and nobody can aim at the hash of a key, whose
 * words the look-up compares one by one, without the key.
 *
 * This is no test of speed: both classes are measured in turn within one process, and it fails only
 * where most rounds tell them apart in the same direction.
 */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { exampleKey, exampleOwner } from './example-key.ts';
import { putOwner } from './key-holders.ts';
import { putSecret } from './key-index.ts';
import { createKeyIndex } from './key-store.ts';
import { createSecret, hashSecret } from './key-text.ts';
import { consistentT } from './welch.fixture.ts';

/** Beyond it two means differ with a certainty of 99.999 % (TVLA; dudect). */
const T_MAX = 4.5;
const KEYS = 2000;
const TRIAL = process.env.LONG ? { samples: 100_000, rounds: 15 } : { samples: 8000, rounds: 5 };
const TIMEOUT_MS = process.env.LONG ? 300_000 : 60_000;

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
  return { secret: asReceived(`${secret.slice(0, -1)}${ALPHABET[(last + 1) % 62]}`), key };
}

function secretOf(digits: readonly number[]): string {
  return asReceived(
    createSecret('tk_live_', (count) =>
      Uint8Array.from({ length: count }, (_, i) => digits[i] ?? 0),
    ),
  );
}

/** In one piece, as a header that was just read is: else the pieces would be measured. */
function asReceived(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit);
}

function tOf(classes: readonly [() => Guess, () => Guess], call: (guess: Guess) => void) {
  return consistentT({ classes, call, ...TRIAL });
}

const refuse = (expected: string) => (guess: Guess) => {
  if (decide(index, { secret: guess.secret }, 1).code !== expected)
    throw new Error(`It was not ${expected}`);
};

describe('the time of a refusal', () => {
  it('does not tell how near to a key an unknown one is', { timeout: TIMEOUT_MS }, () => {
    expect(tOf([near, far], refuse('not_found'))).toBeLessThan(T_MAX);
  });

  it('does not tell how near to a key a mistyped one is', { timeout: TIMEOUT_MS }, () => {
    const classes = [() => mistyped(near()), () => mistyped(far())] as const;
    expect(tOf(classes, refuse('malformed'))).toBeLessThan(T_MAX);
  });

  it('would tell if the text were compared until it differs', { timeout: TIMEOUT_MS }, () => {
    const refuseBoth = refuse('not_found');
    const t = tOf([near, far], (guess) => {
      refuseBoth(guess);
      if (startsAlike(guess.secret, guess.key) === guess.key.length) throw new Error('A key');
    });
    expect(t).toBeGreaterThan(T_MAX);
  });
});

function startsAlike(left: string, right: string): number {
  let same = 0;
  while (same < right.length && left.charCodeAt(same) === right.charCodeAt(same)) same++;
  return same;
}
