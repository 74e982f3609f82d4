import { expect, it } from 'vitest';
import { findChanges } from './find-changes.ts';

it('names what changed, what was added and removed, and what stayed', () => {
  const before = { name: 'ci', status: 'active', scopes: ['a', 'b'], left: 1 };
  const after = { name: 'ci', status: 'disabled', scopes: ['b', 'c'], cause: 'key_1' };
  expect(findChanges(before, after)).toEqual({
    changed: [
      { kind: 'value', term: 'Status', from: 'active', to: 'disabled' },
      { kind: 'value', term: 'Scopes', from: ['a', 'b'], to: ['b', 'c'] },
    ],
    added: [{ term: 'Cause', words: 'key_1', isText: false }],
    removed: [{ term: 'Left', words: '1', isText: false }],
    unchanged: [{ term: 'Name', words: 'ci', isText: false }],
    empty: [],
  });
});

it('finds nothing before a creation and nothing after a deletion', () => {
  expect(findChanges(null, { name: 'ci' })).toMatchObject({ changed: [], removed: [] });
  expect(findChanges({ name: 'ci' }, null)).toMatchObject({ changed: [], added: [] });
  expect(findChanges(null, null)).toMatchObject({ added: [], removed: [], unchanged: [] });
});

it('compares long texts line by line, and a text that was nothing before', () => {
  expect(findChanges({ text: 'a\nb' }, { text: 'a\nc' }).changed).toEqual([
    { kind: 'text', term: 'Text', from: 'a\nb', to: 'a\nc' },
  ]);
  const [change] = findChanges({ text: null }, { text: 'x'.repeat(200) }).changed;
  expect(change).toMatchObject({ kind: 'text', from: '', to: 'x'.repeat(200) });
});

it('looks into groups of facts, by foreign names too', () => {
  const before = JSON.parse('{"labels":{"__proto__":"a","region":"eu"}}');
  expect(findChanges(before, { labels: { region: 'us' } })).toEqual({
    changed: [{ kind: 'value', term: 'Labels: region', from: 'eu', to: 'us' }],
    added: [],
    removed: [{ term: 'Labels: __proto__', words: 'a', isText: false }],
    unchanged: [],
    empty: [],
  });
});

it('writes values as people do', () => {
  const facts = {
    usesMax: 12000,
    expiresAt: '2026-11-29T22:11:00.000Z',
    maxKeyDays: 90,
    owner: null,
  };
  const { added, empty } = findChanges(null, { ...facts, draining: true, allowedIps: [] });
  expect(added.map(({ term, words }) => [term, words])).toEqual([
    ['Uses allowed', '12,000'],
    ['Expires', expect.stringContaining('29 Nov 2026')],
    ['Max key days', '90 days'],
    ['Draining', 'Yes'],
  ]);
  expect(empty.map(({ term }) => term)).toEqual(['Owner', 'Allowed IP ranges']);
});

it('names workspaces, roles and owners where their names are known, and tells equal names apart', () => {
  const names = new Map([
    ['ws_1', 'production'],
    ['mem_1', 'Ada'],
    ['mem_2', 'Ada'],
  ]);
  const before = { workspaceId: 'ws_1', memberId: 'mem_1', name: 'ws_1' };
  const after = { workspaceId: 'ws_2', memberId: 'mem_2', name: 'ci' };
  expect(findChanges(before, after, names).changed).toEqual([
    { kind: 'value', term: 'Workspace', from: 'production', to: 'ws_2' },
    { kind: 'value', term: 'Owner', from: 'mem_1', to: 'mem_2' },
    { kind: 'value', term: 'Name', from: 'ws_1', to: 'ci' },
  ]);
  expect(findChanges(null, before, names).added.map(({ words }) => words)).toEqual([
    ...['production', 'Ada', 'ws_1'],
  ]);
});

it('names what was cut because it was too long', () => {
  const cut = { bytes: 70_000, sha256: 'ab12' };
  const [change] = findChanges({ text: { cut } }, { text: 'short' }).changed;
  expect(change).toEqual({
    ...{ kind: 'value', term: 'Text', to: 'short' },
    from: 'Cut, since it is too long to record: 70,000 bytes with the SHA-256 ab12',
  });
});
