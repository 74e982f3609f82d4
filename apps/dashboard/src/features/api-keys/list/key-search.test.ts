import { expect, it } from 'vitest';
import { parseKeySearch, refineSearch } from './key-search.ts';

it('keeps what the server understands and drops the rest', () => {
  expect(
    parseKeySearch({
      search: 'ci',
      state: 'expired',
      owner: 'mem_7dQx0mJ2vK4tR9sZ1aBc',
      workspace: 'default',
      sort: 'password',
      order: 'asc',
      cursor: 'a b',
      extra: '1',
    }),
  ).toEqual({
    search: 'ci',
    state: 'expired',
    owner: 'mem_7dQx0mJ2vK4tR9sZ1aBc',
    order: 'asc',
  });
});

it('starts from the first page when a filter changes, and takes an empty one away', () => {
  const search = parseKeySearch({ search: 'ci', state: 'expired', cursor: 'abc' });
  expect(refineSearch(search, { state: '' })).toEqual({ search: 'ci' });
});
