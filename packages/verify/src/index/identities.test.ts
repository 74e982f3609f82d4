import { isApiScope } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { scopeNames, scopeSet } from '../scope-set.ts';
import { exampleKey } from '../testing/example-key.ts';
import { findSecret, putSecret, removeSecret, secretFacts, secretIdentity } from './key-index.ts';
import { createKeyIndex } from './key-store.ts';

/** More than an index has room for from the start, and than it remembers. */
const KEYS = 5000;

const hashOf = (number: number) =>
  new Uint8Array(32).map((_, at) => (at < 4 ? number >>> (8 * at) : (number * 31 + at) & 255));

const scopesOf = (number: number) => scopeSet([`ledger-${number % 900}.read`].filter(isApiScope));

it('whose a key is follows each change of it, and each move of its secret', () => {
  const index = createKeyIndex();
  const identityOf = (number: number) => secretIdentity(index, findSecret(index, hashOf(number)));
  for (let number = 0; number < KEYS; number++) {
    putSecret(index, hashOf(number), exampleKey({ keyId: `key_${number}` }));
    expect(identityOf(number)?.keyId).toBe(`key_${number}`);
    const earlier = number >>> 1;
    expect(identityOf(earlier)?.keyId).toBe(`key_${earlier}`);
  }
  for (let number = 0; number < KEYS; number++) identityOf(number);
  expect(index.identities.size).toBeLessThanOrEqual(4096);
  putSecret(index, hashOf(1), exampleKey({ keyId: 'key_1', name: 'renamed', ownerId: 'mem_9' }));
  expect(identityOf(1)).toMatchObject({ name: 'renamed', ownerId: 'mem_9' });
  const slot = findSecret(index, hashOf(2));
  expect(secretIdentity(index, slot)?.keyId).toBe('key_2');
  removeSecret(index, hashOf(2));
  expect(secretIdentity(index, slot)).toBeUndefined();
});

it('which API scopes a key has follows each change of it, and each move of its secret', () => {
  const index = createKeyIndex();
  const namesOf = (number: number) => {
    const facts = secretFacts(index, findSecret(index, hashOf(number)));
    return facts && scopeNames(facts.scopes);
  };
  for (let number = 0; number < KEYS; number++) {
    const facts = exampleKey({ keyId: `key_${number}`, scopes: scopesOf(number) });
    putSecret(index, hashOf(number), facts);
    for (const each of [number, number >>> 1])
      expect(namesOf(each)).toEqual(scopeNames(scopesOf(each)));
  }
  for (let number = 0; number < KEYS; number++) namesOf(number);
  expect(index.readApiScopes.size).toBeLessThanOrEqual(4096);
  putSecret(index, hashOf(1), exampleKey({ keyId: 'key_1', scopes: scopesOf(2) }));
  expect(namesOf(1)).toEqual(['ledger-2.read']);
});
