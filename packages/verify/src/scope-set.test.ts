import { isApiScope, isBuiltInScope, SCOPES, type Scope } from '@tollkeeper/contract';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ALL_API_SCOPES,
  holdsAllApiScopes,
  includes,
  intersect,
  missing,
  NO_SCOPES,
  scopeNames,
  scopeSet,
  union,
} from './scope-set.ts';

const API_SCOPES = ['invoices.read', 'invoices.pay', 'ledger.read'].filter(isApiScope);
const names = fc.uniqueArray(fc.constantFrom(...SCOPES, ...API_SCOPES));

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

it('refuses what cannot name a scope, so that no requirement gets lost', () => {
  for (const name of ['members.burn', 'invoices', '__proto__', 'constructor', '', '*']) {
    expect(() => scopeSet([name as Scope])).toThrow(RangeError);
  }
});

it('holds every API scope, whichever there are, but no built-in one for that', () => {
  fc.assert(
    fc.property(names, names, (own, list) => {
      const [api, builtIn] = [list.filter(isApiScope), list.filter(isBuiltInScope)];
      const set = union(scopeSet(own), ALL_API_SCOPES);
      expect(includes(set, scopeSet(api))).toBe(true);
      expect(missing(set, scopeSet(list))).toEqual(
        scopeSet(builtIn.filter((name) => !own.includes(name))),
      );
      const common = [...api, ...builtIn.filter((name) => own.includes(name))];
      expect(intersect(set, scopeSet(list))).toEqual(scopeSet(common));
      expect(intersect(scopeSet(list), set)).toEqual(scopeSet(common));
      expect(includes(scopeSet(list), ALL_API_SCOPES)).toBe(false);
      expect(holdsAllApiScopes(missing(scopeSet(list), set))).toBe(true);
    }),
  );
});
