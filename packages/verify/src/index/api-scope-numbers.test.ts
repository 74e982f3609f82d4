import { type ApiScope, isApiScope } from '@tollkeeper/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiScopes } from '../scope-set.ts';
import {
  type ApiScopeNumbers,
  acquireApiScopeNumbers,
  includesNumbered,
  numberedApiScopes,
  releaseApiScopeNumbers,
} from './api-scope-numbers.ts';
import { type PackedNumbers, SINGLE } from './packed-numbers.ts';

const NAMES = scopesFrom(0, 12);
/** Numbers that these have taken do not fit in the record of a key. */
const CROWD = scopesFrom(1000, 1024);
const ORGANIZATIONS = [1, 2];

/** Sorted, as the sets of the index are. */
const names = fc.subarray(NAMES).map((some): ApiScopes => new Set(some.toSorted()));
const scopes = fc.oneof(
  { weight: 8, arbitrary: names },
  fc.constantFrom<ApiScopes>('all', new Set(CROWD.toSorted())),
);
const step = fc.record({
  key: fc.nat(5),
  put: fc.option(fc.record({ organization: fc.constantFrom(...ORGANIZATIONS), scopes }), {
    freq: 3,
  }),
});

interface Key {
  readonly organization: number;
  readonly scopes: ApiScopes;
  readonly packed: PackedNumbers;
}

describe('the numbers of API scopes', () => {
  it('stand for what plain sets hold, whatever came and went before', () => {
    const forms = new Set<number>();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), names, (history, required) => {
        const numbers: ApiScopeNumbers = [];
        const model = new Map<number, Key>();
        for (const { key, put } of history) {
          const before = model.get(key);
          model.delete(key);
          if (put) {
            const packed = acquireApiScopeNumbers(numbers, put.organization, put.scopes);
            model.set(key, { ...put, packed: structuredClone(packed) });
            forms.add(packed.form);
          }
          if (before) releaseApiScopeNumbers(numbers, before.organization, before.packed);
          for (const { organization, scopes, packed } of model.values()) {
            expect(numberedApiScopes(numbers, organization, packed)).toEqual(scopes);
            const isIncluded =
              scopes === 'all' || (required !== 'all' && required.isSubsetOf(scopes));
            expect(includesNumbered(numbers, organization, packed, required)).toBe(isIncluded);
            expect(includesNumbered(numbers, organization, packed, 'all')).toBe(scopes === 'all');
          }
        }
        for (const { organization, packed } of model.values()) {
          releaseApiScopeNumbers(numbers, organization, packed);
        }
        expect(numbers.filter((known) => known !== undefined)).toEqual([]);
      }),
      { numRuns: process.env.LONG ? 2000 : 100 },
    );
    expect([...forms].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, SINGLE]);
  });

  it('are given again once nothing holds their scope', () => {
    const numbers: ApiScopeNumbers = [];
    for (let round = 0; round < 500; round++) {
      const packed = acquireApiScopeNumbers(numbers, 1, new Set(scopesFrom(round * 3, 3)));
      expect(packed.form).toBe(3);
      if (round > 0) releaseApiScopeNumbers(numbers, 1, packed);
    }
  });

  it('are refused past what a set can name', () => {
    const numbers: ApiScopeNumbers = [];
    expect(() =>
      acquireApiScopeNumbers(
        numbers,
        1,
        new Set(Array.from({ length: 65_536 }, (_, i) => `a.${i}` as ApiScope)),
      ),
    ).toThrow(RangeError);
    expect(numbers).toEqual([]);
  });
});

function scopesFrom(first: number, count: number): ApiScope[] {
  return Array.from({ length: count }, (_, i) => `ledger.read-${first + i}`).filter(isApiScope);
}
