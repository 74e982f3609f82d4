/** What the API scopes of a key cost in memory, of 1,000 that its organization defines. */

import { API_SCOPES_MAX, type ApiScope, isApiScope } from '@tollkeeper/contract';
import {
  ALL_API_SCOPES,
  createKeyIndex,
  hashSecret,
  type KeyIndex,
  putOwner,
  putSecret,
  scopeSet,
  union,
} from '../src/index.ts';
import { heldBytes } from './held-bytes.ts';
import { factsOf, ownersOf } from './population.ts';

const NAMES = Array.from({ length: API_SCOPES_MAX }, (_, i) => `resource-${i}.read`).filter(
  isApiScope,
);
const COMBINATIONS = Array.from({ length: 2000 }, () => someOf(5));
const ORGANIZATION = 'org_1';

/** What the keys hold. Hardly any two of them hold the same where it is drawn anew for each. */
const KINDS: readonly (readonly [string, (key: number) => ApiScope[]])[] = [
  ['one', (key) => NAMES.slice(key % NAMES.length).slice(0, 1)],
  ['five, in 2,000 combinations', (key) => COMBINATIONS[key % COMBINATIONS.length] ?? []],
  ['five at random', () => someOf(5)],
  ['six at random', () => someOf(6)],
  ['seven at random', () => someOf(7)],
  ['twenty at random', () => someOf(20)],
];

export type ApiScopeFigures = ReturnType<typeof measureApiScopes>;

/** Bytes per key, beyond those of a key without API scopes. */
export function measureApiScopes(keys = 200_000) {
  const hashes = Array.from({ length: keys }, (_, key) => hashSecret(`secret ${key}`));
  // What the first load leaves behind, such as compiled code, is no key's.
  bytesWith(hashes.slice(0, 20_000), () => someOf(5));
  const without = bytesWith(hashes, () => []);
  const more = (scopesOf: (key: number) => ApiScope[]) =>
    (bytesWith(hashes, scopesOf) - without) / keys;
  return {
    keys,
    bytesMore: KINDS.map(([kind, scopesOf]) => [kind, more(scopesOf)] as const),
  };
}

function bytesWith(hashes: readonly Uint8Array[], scopesOf: (key: number) => ApiScope[]): number {
  const before = heldBytes();
  const index = filled(hashes, scopesOf);
  const after = heldBytes();
  if (index.secrets.size !== hashes.length) throw new Error('Two keys have the same hash');
  return after.heap + after.arrayBuffers - before.heap - before.arrayBuffers;
}

function filled(hashes: readonly Uint8Array[], scopesOf: (key: number) => ApiScope[]): KeyIndex {
  const index = createKeyIndex(hashes.length);
  for (const owner of ownersOf(hashes.length)) {
    const scopes = union(owner.scopes, ALL_API_SCOPES);
    putOwner(index, { ...owner, organizationId: ORGANIZATION, scopes });
  }
  for (const [key, hash] of hashes.entries()) {
    const scopes = scopeSet(['apis.call', ...scopesOf(key)]);
    putSecret(index, hash, { ...factsOf(key), organizationId: ORGANIZATION, scopes });
  }
  return index;
}

function someOf(count: number): ApiScope[] {
  const some = new Set<ApiScope>();
  while (some.size < count) {
    const name = NAMES[Math.floor(Math.random() * NAMES.length)];
    if (name) some.add(name);
  }
  return [...some];
}

if (import.meta.main) console.log(JSON.stringify(measureApiScopes(), null, 2));
