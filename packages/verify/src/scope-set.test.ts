import { SCOPES, type Scope } from '@tollkeeper/contract';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  includes,
  intersect,
  missing,
  NO_SCOPES,
  scopeNames,
  scopeSet,
  union,
} from './scope-set.ts';

const names = fc.uniqueArray(fc.constantFrom(...SCOPES));

it('keeps exactly the scopes it is made of, and names them sorted', () => {
  fc.assert(
    fc.property(names, (list) => {
      expect(scopeNames(scopeSet(list))).toEqual([...list].sort());
    }),
  );
  expect(scopeNames(scopeSet(SCOPES))).toEqual([...SCOPES].sort());
  for (const name of SCOPES) expect(scopeNames(scopeSet([name]))).toEqual([name]);
});

it('agrees with sets of names on what two have in common or together, and what one lacks', () => {
  fc.assert(
    fc.property(names, names, (left, right) => {
      const [a, b] = [scopeSet(left), scopeSet(right)];
      const lacking = right.filter((name) => !left.includes(name));
      expect(intersect(a, b)).toEqual(scopeSet(left.filter((name) => right.includes(name))));
      expect(missing(a, b)).toEqual(scopeSet(lacking));
      expect(union(a, b)).toEqual(scopeSet([...left, ...right]));
      expect(includes(a, b)).toBe(lacking.length === 0);
    }),
  );
});

it('requires nothing when the required set is empty', () => {
  expect(includes(NO_SCOPES, scopeSet([]))).toBe(true);
});

it('refuses a name outside the catalog, so that no requirement gets lost', () => {
  for (const name of ['invoices.read', '__proto__', 'constructor', '']) {
    expect(() => scopeSet([name as Scope])).toThrow(RangeError);
  }
});
