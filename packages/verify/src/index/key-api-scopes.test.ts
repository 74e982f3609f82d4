import { type ApiScope, isApiScope } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { decideHash, effectiveScopes } from '../decide.ts';
import { hashSecret } from '../key-text.ts';
import { ALL_API_SCOPES, NO_SCOPES, type ScopeSet, scopeNames, scopeSet } from '../scope-set.ts';
import { exampleKey, exampleOwner } from '../testing/example-key.ts';
import { putOwner } from './key-holders.ts';
import { findSecret, putSecret, removeSecret } from './key-index.ts';
import { createKeyIndex, type KeyIndex } from './key-store.ts';

const KEYS = 5000;
/** As many as an organization may define. */
const NAMES = Array.from({ length: 1000 }, (_, i) => `ledger-${i}.read`).filter(isApiScope);
const HASHES = Array.from({ length: KEYS }, (_, key) => hashSecret(`secret ${key}`));

/** Hardly any two keys have the same. */
function someOf(count: number, key: number): ApiScope[] {
  const at = (i: number) => NAMES[(key * 7 + i * (1 + (key % 150))) % NAMES.length];
  return Array.from({ length: count }, (_, i) => at(i)).filter((name) => name !== undefined);
}

function filled(scopesOf: (key: number) => ScopeSet): KeyIndex {
  const index = createKeyIndex(KEYS);
  putOwner(index, exampleOwner({ scopes: ALL_API_SCOPES }));
  for (const [key, hash] of HASHES.entries()) {
    const facts = exampleKey({ keyId: `key_${key}`, scopes: scopesOf(key) });
    putSecret(index, hash, facts);
  }
  return index;
}

/** Of all that grows with the number of keys. */
function bytesOf(index: KeyIndex): number {
  const { labels, terms, secrets } = index;
  const { chunks, used } = labels.blocks;
  const arrays = [
    ...chunks.slice(1),
    ...terms.records.chunks,
    terms.entries,
    ...secrets.partitions.map(({ words }) => words),
  ];
  return arrays.reduce((sum, { byteLength }) => sum + byteLength, used);
}

it('takes less than 8 bytes more for a key with any six of 1,000 API scopes', () => {
  const without = bytesOf(filled(() => NO_SCOPES));
  const index = filled((key) => scopeSet(someOf(6, key)));
  // Also what does not fit into the end of a chunk. The rest is for the names, which all keys share.
  expect(bytesOf(index) - without).toBeLessThanOrEqual(7.1 * KEYS);
  expect(index.keyApiScopes.flatMap((known) => known?.sets.ids.size ?? [])).toEqual([0]);
});

it('stores a larger set once, however many keys have it', () => {
  const without = bytesOf(filled(() => NO_SCOPES));
  const [few, all] = [scopeSet(NAMES.slice(0, 7)), scopeSet(NAMES.slice(0, 200))];
  const index = filled((key) => (key % 2 ? few : all));
  expect(bytesOf(index) - without).toBeLessThanOrEqual(4.1 * KEYS);
  expect(index.keyApiScopes.flatMap((known) => known?.sets.ids.size ?? [])).toEqual([2]);
});

it('decides by the scopes of the key, whatever their number stood for before', () => {
  const index = filled((key) => scopeSet(someOf(1 + (key % 8), key)));
  for (const [key, hash] of HASHES.entries()) if (key % 2) removeSecret(index, hash);
  for (const [key, hash] of HASHES.entries()) {
    if (key % 4 !== 1) continue;
    putSecret(
      index,
      hash,
      exampleKey({
        keyId: `key_${key}`,
        scopes: scopeSet([`other.read-${key}`].filter(isApiScope)),
      }),
    );
  }
  for (const [key, hash] of HASHES.entries()) {
    if (key % 4 === 3) continue;
    const names = key % 2 ? [`other.read-${key}`].filter(isApiScope) : someOf(1 + (key % 8), key);
    const codeFor = (required: ApiScope[]) =>
      decideHash(index, hash, { scopes: scopeSet(required) }, 0).code;
    expect(scopeNames(effectiveScopes(index, findSecret(index, hash)))).toEqual(names.toSorted());
    expect(codeFor(names)).toBe('valid');
    const other = NAMES.find((name) => !names.includes(name));
    expect(codeFor(other ? [...names.slice(1), other] : [])).toBe('insufficient_scope');
  }
});
