import type { Labels } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { isSame, mergeDraft } from './use-edit.ts';

const opened = { name: 'ci', days: '30', scopes: new Set(['a', 'b']), ranges: ['10.0.0.0/8'] };

it('takes what others saved, wherever the person has entered nothing', () => {
  const saved = { name: 'ci-2', days: '60', scopes: new Set(['a']), ranges: [] };
  expect(mergeDraft(opened, opened, saved)).toEqual(saved);
});

it('keeps what the person has entered', () => {
  const mine = { ...opened, name: 'pipeline' };
  const saved = { ...opened, name: 'ci-2', days: '60' };
  expect(mergeDraft(mine, opened, saved)).toEqual({ ...saved, name: 'pipeline' });
});

it('adds and removes in sets and lists what the person added and removed', () => {
  const mine = { ...opened, scopes: new Set(['b', 'c']), ranges: ['10.0.0.0/8', '192.0.2.1/32'] };
  const saved = { ...opened, scopes: new Set(['a', 'b', 'd']), ranges: ['198.51.100.0/24'] };
  const merged = mergeDraft(mine, opened, saved);
  expect(merged.scopes).toEqual(new Set(['b', 'd', 'c']));
  expect(merged.ranges).toEqual(['198.51.100.0/24', '192.0.2.1/32']);
});

it('holds what was entered in another order for the same, and anything else for a change', () => {
  const again = { ranges: ['10.0.0.0/8'], scopes: new Set(['b', 'a']), days: '30', name: 'ci' };
  expect(isSame(opened, again)).toBe(true);
  for (const change of [{ name: '' }, { scopes: new Set(['a']) }, { ranges: [] }, { added: {} }]) {
    expect(isSame(opened, { ...opened, ...change })).toBe(false);
  }
});

it('merges labels one by one', () => {
  const from = { labels: { region: 'eu-1', spot: 'yes', tier: 'a' } };
  const mine = { labels: { region: 'eu-1', tier: 'b', zone: '1' } };
  const to = { labels: { region: 'us-2', spot: 'yes', tier: 'c', rack: '7' } };
  expect(mergeDraft<{ labels: Labels }>(mine, from, to)).toEqual({
    labels: { region: 'us-2', tier: 'b', zone: '1', rack: '7' },
  });
});
