import { SCOPES, type Scope } from '@tollkeeper/contract';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupScopes, searchScopes, selectionState, toggleScopes } from './scope-catalog.ts';

const someScopes = fc.subarray([...SCOPES]);

it('groups by resource, in the order of the catalog, and loses none', () => {
  fc.assert(
    fc.property(someScopes, (names) => {
      const grouped = groupScopes(names).flatMap(({ scopes }) => scopes.map(({ name }) => name));
      expect(grouped).toEqual(SCOPES.filter((name) => names.includes(name)));
    }),
  );
});

it('finds scopes by resource, name and description, all words at once', () => {
  const found = (text: string) =>
    searchScopes(groupScopes(SCOPES), text).flatMap(({ scopes }) => scopes.map(({ name }) => name));
  expect(found('API KEYS rotate')).toEqual(['api_keys.create']);
  expect(found('audit.export')).toEqual(['audit.export']);
  expect(found('  ')).toEqual(SCOPES);
  expect(found('no such thing')).toEqual([]);
});

it('shows all, some or none of what can be chosen', () => {
  const choosable: Scope[] = ['audit.read', 'audit.export'];
  expect(selectionState(choosable, new Set<Scope>(['audit.read', 'audit.export']))).toBe('all');
  expect(selectionState(choosable, new Set<Scope>(['audit.read']))).toBe('some');
  expect(selectionState(choosable, new Set<Scope>(['usage.read']))).toBe('none');
  expect(selectionState([], new Set<Scope>(['usage.read']))).toBe('none');
});

it('toggles to all from some or none, and to none from all, and leaves the others alone', () => {
  fc.assert(
    fc.property(someScopes, someScopes, (choosable, before) => {
      const selected = new Set(before);
      const after = toggleScopes(choosable, selected);
      const wasAll = selectionState(choosable, selected) === 'all';
      expect(choosable.every((name) => after.has(name) === !wasAll)).toBe(true);
      const others = SCOPES.filter((name) => !choosable.includes(name));
      expect(others.every((name) => after.has(name) === selected.has(name))).toBe(true);
    }),
  );
});
