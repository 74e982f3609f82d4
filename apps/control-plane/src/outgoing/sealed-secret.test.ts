import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { deriveStoredKey, openSecret, sealSecret } from './sealed-secret.ts';

const key = deriveStoredKey('a secret of the server', 'secrets of tests');
const secret = randomBytes(32);
const seal = (id = 'whe_1') => sealSecret(key, id, secret, randomBytes);

it('opens what it sealed, for the same thing by the same key alone', () => {
  const sealed = seal();
  expect(sealed.includes(secret)).toBe(false);
  expect(openSecret(key, 'whe_1', sealed)).toEqual(secret);
  expect(openSecret(key, 'whe_2', sealed)).toBeUndefined();
  expect(
    openSecret(deriveStoredKey('another', 'secrets of tests'), 'whe_1', sealed),
  ).toBeUndefined();
  expect(
    openSecret(deriveStoredKey('a secret of the server', 'others'), 'whe_1', sealed),
  ).toBeUndefined();
  expect(openSecret(key, 'whe_1', sealed.subarray(0, 20))).toBeUndefined();
  sealed[30] = (sealed[30] ?? 0) ^ 1;
  expect(openSecret(key, 'whe_1', sealed)).toBeUndefined();
});
