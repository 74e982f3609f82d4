import { isApiScope, KEY_STATUSES, PROFILES, SCOPES } from '@tollkeeper/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyFacts } from '../key-facts.ts';
import { hashSecret } from '../key-text.ts';
import { scopeSet } from '../scope-set.ts';
import { anyText } from '../testing/any-text.ts';
import { exampleKey } from '../testing/example-key.ts';
import { findSecret, putSecret, removeSecret, secretFacts, secretsCount } from './key-index.ts';
import { createKeyIndex, type KeyIndex } from './key-store.ts';
import { STATE } from './secret-table.ts';

/** Hashes that crowd: eight home positions, the last of any table among them, and two tags. */
const hash = fc
  .record({ home: fc.constantFrom(0, 1, 2, 13, 14, 15, 254, 255), tag: fc.nat(1), rest: fc.nat(9) })
  .map(({ home, tag, rest }) => {
    const bytes = new Uint8Array(32);
    bytes.fill(home, 0, 4);
    bytes[4] = tag << 7;
    bytes[15] = rest;
    return bytes;
  });
const time = fc.oneof(fc.constant(null), fc.nat(), fc.integer({ min: 0, max: 8.64e15 }));
/** Enough that some sets are stored in the record of the key, and some by number. */
const API_SCOPES = Array.from({ length: 9 }, (_, i) => `invoices.read-${i}`).filter(isApiScope);
const facts = fc.record<KeyFacts>({
  keyId: fc.string(),
  name: anyText,
  organizationId: fc.constantFrom('org_1', 'org_2', '__proto__'),
  workspaceId: fc.constantFrom(null, 'ws_1', 'ws_2', ''),
  ownerId: fc.constantFrom('mem_1', 'mem_2'),
  status: fc.constantFrom(...KEY_STATUSES),
  expiresAtMs: time,
  scopes: fc.subarray([...SCOPES, ...API_SCOPES]).map((names) => scopeSet(names)),
  allowedIps: fc.subarray(['10.0.0.0/8', '::1', 'junk', 'a","b']),
  tags: fc.subarray(['ci', 'eu']),
  profile: fc.constantFrom(...PROFILES),
  createdAtMs: fc.nat(9),
  retiresAtMs: time,
});
/** Facts are slow to make: a history puts each of a few under several hashes. */
const histories = fc
  .record({
    pool: fc.array(facts, { minLength: 1, maxLength: 12 }),
    choices: fc.array(fc.record({ hash, choice: fc.option(fc.nat(11), { freq: 2 }) }), {
      maxLength: 150,
    }),
  })
  .map(({ pool, choices }) =>
    choices.map(({ hash, choice }) => ({
      hash,
      facts: choice === null ? undefined : pool[choice % pool.length],
    })),
  );

const nameOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function expectSame(index: KeyIndex, model: ReadonlyMap<string, KeyFacts>): void {
  expect(secretsCount(index)).toBe(model.size);
  const slots = new Set<number>();
  for (const [name, known] of model) {
    const slot = findSecret(index, Buffer.from(name, 'hex'));
    expect(secretFacts(index, slot)).toEqual(known);
    slots.add(slot);
  }
  expect(slots.size).toBe(model.size);
}

describe('the index', () => {
  it('knows what a plain map knows after any history of puts and removes', () => {
    fc.assert(
      fc.property(histories, (list) => {
        const index = createKeyIndex();
        const model = new Map<string, KeyFacts>();
        for (const step of list) {
          const name = nameOf(step.hash);
          if (step.facts) {
            putSecret(index, step.hash, step.facts);
            model.set(name, step.facts);
          } else {
            expect(removeSecret(index, step.hash)).toBe(model.delete(name));
            expect(findSecret(index, step.hash)).toBe(-1);
          }
        }
        expectSame(index, model);
        for (const name of model.keys()) removeSecret(index, Buffer.from(name, 'hex'));
        expect(secretsCount(index)).toBe(0);
        for (const { words } of index.secrets.partitions) {
          expect(words.every((word) => word === 0)).toBe(true);
        }
        for (const words of [index.holders, index.terms]) expect(words.size).toBe(0);
        for (const interned of [index.organizations, index.workspaces, index.members]) {
          expect(interned.ids.size).toBe(0);
        }
        expect(index.ipLists.interned.ids.size).toBe(0);
        expect(index.keyApiScopes.filter((known) => known !== undefined)).toEqual([]);
        expect(index.retiresAtMs.size).toBe(0);
      }),
      { numRuns: process.env.LONG ? 3000 : 100 },
    );
  });

  it('holds on to every key while it grows, and grows no more while as many come as go', () => {
    const index = createKeyIndex();
    const hashes = Array.from({ length: 10_000 }, (_, i) => numbered(i));
    for (const [i, bytes] of hashes.entries()) putSecret(index, bytes, numberedKey(i));
    for (let i = 0; i < hashes.length; i += 2) removeSecret(index, numbered(i));
    for (const [i, bytes] of hashes.entries()) {
      const keyId = secretFacts(index, findSecret(index, bytes))?.keyId;
      expect(keyId).toBe(i % 2 ? `key_${i}` : undefined);
    }
    const bytes = recordBytes(index);
    for (let i = 0; i < hashes.length; i += 2) putSecret(index, numbered(i), numberedKey(i));
    expect(recordBytes(index)).toBe(bytes);
    expect(bytes / hashes.length).toBeLessThan(50);
  });

  it('spreads secrets that come in the order of their hashes', () => {
    const index = createKeyIndex();
    const hashes = Array.from({ length: 10_000 }, (_, i) => Buffer.from(hashSecret(`${i}`)));
    for (const [i, bytes] of hashes.sort(Buffer.compare).entries()) {
      putSecret(index, bytes, numberedKey(i));
      if (index.secrets.size % 500 === 0) expect(longestRun(index)).toBeLessThan(200);
    }
  });

  it('takes the first 16 bytes for the hash, and none but 32 of them', () => {
    const index = createKeyIndex();
    putSecret(index, new Uint8Array(32), exampleKey());
    for (const length of [0, 16, 31, 33]) {
      expect(findSecret(index, new Uint8Array(length))).toBe(-1);
      expect(removeSecret(index, new Uint8Array(length))).toBe(false);
      expect(() => putSecret(index, new Uint8Array(length), exampleKey())).toThrow(RangeError);
    }
  });

  it('takes no new key where there is no room for its name, but ends those that it has', () => {
    const index = createKeyIndex();
    putSecret(index, numbered(1), numberedKey(1));
    index.labels.blocks.chunks.length = 65_100;
    index.labels.blocks.used = 65_536;
    expect(() => putSecret(index, numbered(2), numberedKey(2))).toThrow('The index is full');
    putSecret(index, numbered(1), { ...numberedKey(1), name: 'renamed', status: 'revoked' });
    expect(secretsCount(index)).toBe(1);
    const facts = secretFacts(index, findSecret(index, numbered(1)));
    expect(facts).toMatchObject({ keyId: 'key_1', name: 'renamed', status: 'revoked' });
  });

  it('holds no facts behind a slot that no secret has', () => {
    const index = createKeyIndex();
    putSecret(index, new Uint8Array(32), exampleKey());
    for (const slot of [-1, 1, 5000, 2 ** 31]) expect(secretFacts(index, slot)).toBeUndefined();
  });
});

describe('an index with room for the secrets that are expected', () => {
  it('takes so many without moving one, and more by growing', () => {
    const count = 20_000;
    const index = createKeyIndex(count);
    const hashOf = (number: number) => hashSecret(`secret ${number}`);
    putSecret(index, hashOf(0), numberedKey(0));
    const first = findSecret(index, hashOf(0));
    const bytes = recordBytes(index);
    for (let number = 1; number < count; number++) {
      putSecret(index, hashOf(number), numberedKey(number));
    }
    expect(findSecret(index, hashOf(0))).toBe(first);
    expect(recordBytes(index)).toBe(bytes);
    for (let number = count; number < 2 * count; number++) {
      putSecret(index, hashOf(number), numberedKey(number));
    }
    expect(secretsCount(index)).toBe(2 * count);
    const numbers = Array.from({ length: 2 * count }, (_, number) => number);
    expect(numbers.filter((number) => findSecret(index, hashOf(number)) < 0)).toEqual([]);
  });
});

/** The most records side by side, which a search may have to pass. */
function longestRun({ secrets }: KeyIndex): number {
  let longest = 0;
  for (const { words } of secrets.partitions) {
    let run = 0;
    for (let state = STATE; state < words.length; state += 8) {
      run = words[state] === 0 ? 0 : run + 1;
      longest = Math.max(longest, run);
    }
  }
  return longest;
}

function recordBytes({ secrets }: KeyIndex): number {
  return secrets.partitions.reduce((sum, { words }) => sum + words.byteLength, 0);
}

/** One of its own for each secret: a key has two secrets at most. */
function numberedKey(number: number): KeyFacts {
  return exampleKey({ keyId: `key_${number}` });
}

/** A hash whose words are spread as those of a SHA-256 are. */
function numbered(number: number): Uint8Array {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  for (const word of [0, 1, 2, 3])
    view.setInt32(word * 4, Math.imul(number + 1, 0x9e3779b1 + word));
  return bytes;
}
