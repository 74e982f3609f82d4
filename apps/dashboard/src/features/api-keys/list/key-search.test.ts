import { expect, it } from 'vitest';
import { parseKeySearch, refineSearch, searchWithoutTag, searchWithTag } from './key-search.ts';

it('keeps what the server understands and drops the rest', () => {
  expect(
    parseKeySearch({
      search: 'ci',
      state: 'expired',
      owner: 'mem_7dQx0mJ2vK4tR9sZ1aBc',
      workspace: 'default',
      tags: 'prod,, ci ,prod,a\u202eb',
      sort: 'password',
      order: 'asc',
      cursor: 'a b',
      extra: '1',
    }),
  ).toEqual({
    search: 'ci',
    state: 'expired',
    owner: 'mem_7dQx0mJ2vK4tR9sZ1aBc',
    tags: 'ci,prod',
    order: 'asc',
  });
});

it('adds a tag to the others once, takes one away, and starts from the first page', () => {
  const search = searchWithTag({ state: 'active', cursor: 'abc' }, 'prod');
  expect(search).toEqual({ state: 'active', tags: 'prod' });
  expect(searchWithTag(search, 'prod')).toEqual(search);
  const both = searchWithTag(search, 'ci');
  expect(both.tags).toBe('ci,prod');
  expect(searchWithoutTag(both, 'ci')).toEqual(search);
  expect(searchWithoutTag(search, 'prod')).toEqual({ state: 'active' });
});

it('keeps as many tags as the server takes', () => {
  const tags = Array.from({ length: 20 }, (_, n) => `${10 + n}${'x'.repeat(62)}`).join(',');
  expect(parseKeySearch({ tags }).tags).toHaveLength(7 * 65 - 1);
});

it('starts from the first page when a filter changes, and takes an empty one away', () => {
  const search = parseKeySearch({ search: 'ci', state: 'expired', cursor: 'abc' });
  expect(refineSearch(search, { state: '' })).toEqual({ search: 'ci' });
});
