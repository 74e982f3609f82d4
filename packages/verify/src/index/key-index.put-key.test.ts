import { PROFILES } from '@tollkeeper/contract';
import type { KeySecret } from '@tollkeeper/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideHash } from '../decide.ts';
import type { KeyFacts } from '../key-facts.ts';
import { exampleKey, exampleOwner } from '../testing/example-key.ts';
import { putOwner } from './key-holders.ts';
import {
  findSecret,
  putKey,
  putSecret,
  removeKey,
  removeSecret,
  secretFacts,
  secretsCount,
} from './key-index.ts';
import { createKeyIndex, type KeyIndex } from './key-store.ts';

/** As many ids as crowd in a small table, and as make it grow; few secrets, so that keys meet. */
const keyId = fc.oneof(
  fc.nat(30).map((n) => `key_${n}`),
  fc.constantFrom('', '__proto__', 'ключ'),
);
const secret = fc.nat(40).map(hashOf);
const retiresAtMs = fc.option(fc.nat(9));
const secrets = fc.array(fc.record({ hash: secret, retiresAtMs }), { maxLength: 3 });
const name = fc.string({ maxLength: 3 });
const tags = fc.subarray(['ci', 'eu']);
const profile = fc.constantFrom(...PROFILES);
const createdAtMs = fc.nat(9);
const own = { keyId, name, tags, profile, createdAtMs };
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ ...own, secrets }) },
  { weight: 2, arbitrary: fc.record({ gone: keyId }) },
  { weight: 1, arbitrary: fc.record({ secret, facts: fc.record({ ...own, retiresAtMs }) }) },
  { weight: 1, arbitrary: fc.record({ goneSecret: secret }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** By secret. */
type Model = Map<string, KeyFacts>;

function hashOf(number: number): Uint8Array {
  return new Uint8Array(32).fill(number + 1);
}

function nameOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex');
}

function change(index: KeyIndex, model: Model, now: Step): void {
  if ('secrets' in now) {
    const { secrets, ...facts } = now;
    putKey(index, { ...exampleKey(facts), secrets });
    forget(model, facts.keyId);
    for (const { hash, retiresAtMs } of secrets) {
      model.set(nameOf(hash), exampleKey({ ...facts, retiresAtMs }));
    }
  } else if ('gone' in now) {
    expect(removeKey(index, now.gone)).toBe(forget(model, now.gone));
  } else if ('facts' in now) {
    putSecret(index, now.secret, exampleKey(now.facts));
    model.set(nameOf(now.secret), exampleKey(now.facts));
  } else {
    expect(removeSecret(index, now.goneSecret)).toBe(model.delete(nameOf(now.goneSecret)));
  }
}

function forget(model: Model, keyId: string): boolean {
  const own = [...model].filter(([, facts]) => facts.keyId === keyId);
  for (const [secret] of own) model.delete(secret);
  return own.length > 0;
}

function expectSame(index: KeyIndex, model: Model): void {
  expect(secretsCount(index)).toBe(model.size);
  for (let number = 0; number <= 40; number++) {
    const hash = hashOf(number);
    const known = model.get(nameOf(hash));
    expect(secretFacts(index, findSecret(index, hash))).toEqual(known);
    const code = decideHash(index, hash, {}, 0).code;
    expect(code).toBe(known && known.retiresAtMs !== 0 ? 'valid' : 'not_found');
  }
}

describe('putKey and removeKey', () => {
  it('leave what a plain model knows, and only that decides, after any history', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (history) => {
        const index = createKeyIndex();
        putOwner(index, exampleOwner());
        const model: Model = new Map();
        for (const now of history) change(index, model, now);
        expectSame(index, model);
        for (const { keyId } of model.values()) removeKey(index, keyId);
        expectSame(index, new Map());
        expect(index.keyIdTable.size).toBe(0);
        expect(index.keyIdTable.entries.every((entry) => entry === 0)).toBe(true);
        expect(index.retiresAtMs.size).toBe(0);
      }),
      { numRuns: process.env.LONG ? 3000 : 100 },
    );
  });

  it('refuse the secret that a change left out, at once', () => {
    const index = createKeyIndex();
    putOwner(index, exampleOwner());
    const [older, newer] = [hashOf(1), hashOf(2)];
    const both: KeySecret[] = [
      { hash: older, retiresAtMs: 5 },
      { hash: newer, retiresAtMs: null },
    ];
    putKey(index, { ...exampleKey(), secrets: both });
    expect(decideHash(index, older, {}, 0).code).toBe('valid');
    putKey(index, { ...exampleKey(), secrets: both.slice(1) });
    expect(decideHash(index, older, {}, 0).code).toBe('not_found');
    expect(decideHash(index, newer, {}, 0).code).toBe('valid');
    removeKey(index, exampleKey().keyId);
    expect(decideHash(index, newer, {}, 0).code).toBe('not_found');
  });

  it('change nothing when one of the hashes is none', () => {
    const index = createKeyIndex();
    const secrets = [{ hash: hashOf(1), retiresAtMs: null }];
    putKey(index, { ...exampleKey(), secrets });
    const wrong = [
      { hash: hashOf(2), retiresAtMs: null },
      { hash: hashOf(3).subarray(1), retiresAtMs: null },
    ];
    expect(() => putKey(index, { ...exampleKey(), secrets: wrong })).toThrow(RangeError);
    expect(findSecret(index, hashOf(1))).toBeGreaterThanOrEqual(0);
    expect(findSecret(index, hashOf(2))).toBe(-1);
  });

  it('find every key among many, for at most 8 bytes each', () => {
    const index = createKeyIndex();
    const count = 20_000;
    for (let i = 0; i < count; i++) {
      putKey(index, { ...exampleKey({ keyId: `key_${i}` }), secrets: [numbered(i)] });
    }
    expect(index.keyIdTable.entries.byteLength / count).toBeLessThanOrEqual(8);
    for (let i = 0; i < count; i += 2) expect(removeKey(index, `key_${i}`)).toBe(true);
    expect(secretsCount(index)).toBe(count / 2);
    for (let i = 0; i < count; i++) expect(removeKey(index, `key_${i}`)).toBe(i % 2 === 1);
    expect(secretsCount(index)).toBe(0);
  });
});

function numbered(number: number): KeySecret {
  const hash = new Uint8Array(32);
  const view = new DataView(hash.buffer);
  for (const at of [0, 4, 8]) view.setInt32(at, Math.imul(number + 1, 0x9e3779b1 + at));
  return { hash, retiresAtMs: null };
}
