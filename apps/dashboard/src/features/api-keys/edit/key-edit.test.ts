import type { Scope } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { checkEdit, editBody, editOf, isChanged } from './key-edit.tsx';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const before = {
  name: 'ci-pipeline',
  scopes: ['api_keys.read', 'usage.read'] as Scope[],
  expiresAt: '2027-02-21T12:00:00.000Z',
  allowedIps: ['10.0.0.0/8'],
  tags: ['ci', 'prod'],
};

it('changes nothing until something is changed, whatever the order', () => {
  expect(editBody(editOf(before), before, NOW)).toEqual({});
  const reordered = { ...editOf(before), scopes: new Set([...before.scopes].reverse()) };
  expect(isChanged(reordered, before, NOW)).toBe(false);
});

it('sends only what differs, so that a rename asks for no scope', () => {
  expect(editBody({ ...editOf(before), name: ' ci ' }, before, NOW)).toEqual({ name: 'ci' });
});

it.each([
  [{ expiry: { choice: 'never', date: '' } }, { expiresAt: null }],
  [{ expiry: { choice: '7', date: '' } }, { expiresAt: '2026-11-30T12:00:00.000Z' }],
  [{ allowedIps: [] }, { allowedIps: [] }],
  [{ tags: ['ci'] }, { tags: ['ci'] }],
  [{ scopes: new Set<Scope>(['api_keys.read']) }, { scopes: ['api_keys.read'] }],
] as const)('sends %j as %j', (change, body) => {
  expect(editBody({ ...editOf(before), ...change }, before, NOW)).toEqual(body);
});

it('asks for a name, a scope and a date to come', () => {
  const edit = { name: '', scopes: new Set<Scope>(), allowedIps: [], tags: [] };
  const past = { choice: 'date', date: '2020-01-01' } as const;
  expect(Object.keys(checkEdit({ ...edit, expiry: past }, NOW)).sort()).toEqual([
    'expiresAt',
    'name',
    'scopes',
  ]);
});
