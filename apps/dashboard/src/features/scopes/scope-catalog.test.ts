import { isApiScope, SCOPES, type Scope } from '@tollkeeper/contract';
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

it('puts API scopes into a group of their own, by name, with what the catalog says of them', () => {
  const own = ['invoices.read', 'apples.read'].filter(isApiScope);
  const scopes = own.map((name) => ({ name, group: '', description: `Of ${name}`, held: true }));
  const groups = groupScopes([...own, 'usage.read'], { scopes: scopes.slice(0, 1) });
  expect(groups.map(({ title }) => title)).toEqual(['Usage', 'API scopes']);
  expect(groups.at(-1)?.scopes).toEqual([
    { name: 'apples.read', description: '' },
    { name: 'invoices.read', description: 'Of invoices.read' },
  ]);
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
