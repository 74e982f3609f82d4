import type { Access } from '@tollkeeper/contract';
import { expect, test } from 'vitest';
import { findAccessGaps } from './access.ts';

const rules = { scopes: ['members.read'], publicRoutes: ['setup'], unguarded: [] };
const setup = { access: 'public' } as const;
const listMembers = { access: 'members.read' } as const;

test('accepts listed public routes and guarded ones', () => {
  expect(findAccessGaps({ setup, listMembers }, rules)).toEqual([]);
});

test('refuses a route that declares no access, or one that is no scope', () => {
  const undeclared = { access: undefined as unknown as Access };
  const misspelt = { access: 'member.read' as Access };
  const gaps = findAccessGaps({ setup, listMembers, undeclared, misspelt }, rules);
  expect(gaps).toEqual([
    'Route undeclared declares no access that exists',
    'Route misspelt declares no access that exists',
  ]);
});

test('refuses a public route that nobody listed, and a listed one that is gone', () => {
  const open = { access: 'public' } as const;
  expect(findAccessGaps({ setup, listMembers, open }, rules)).toHaveLength(1);
  expect(findAccessGaps({ listMembers }, rules)).toEqual(['There is no public route setup']);
});

test('refuses a scope that guards nothing, unless it is listed', () => {
  expect(findAccessGaps({ setup }, rules)).toHaveLength(1);
  expect(findAccessGaps({ setup }, { ...rules, unguarded: ['members.read'] })).toEqual([]);
});

test('refuses a listed scope that guards a route by now, or that is gone', () => {
  const listed = { ...rules, unguarded: ['members.read', 'members.paint'] };
  expect(findAccessGaps({ setup, listMembers }, listed)).toHaveLength(2);
});
