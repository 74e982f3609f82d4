import type { KeySort } from '@tollkeeper/contract';
import type { KeySearch } from './key-search.ts';

export const SORT_CHOICES = [
  { value: 'createdAt.desc', label: 'Newest first' },
  { value: 'createdAt.asc', label: 'Oldest first' },
  { value: 'name.asc', label: 'Name, A to Z' },
  { value: 'name.desc', label: 'Name, Z to A' },
  { value: 'lastUsedAt.desc', label: 'Recently used' },
  { value: 'lastUsedAt.asc', label: 'Longest unused' },
  { value: 'expiresAt.asc', label: 'Expiring soonest' },
  { value: 'expiresAt.desc', label: 'Expiring last' },
] as const;

export interface Sort {
  readonly sort: KeySort;
  readonly order: 'asc' | 'desc';
}

export function currentSort({ sort = 'createdAt', order = 'desc' }: KeySearch): Sort {
  return { sort, order };
}

/** What a click on the column's heading leads to: its useful direction first, then the other. */
export function nextSort(current: Sort, column: KeySort): Sort {
  if (current.sort === column) {
    return { sort: column, order: current.order === 'asc' ? 'desc' : 'asc' };
  }
  return { sort: column, order: column === 'name' || column === 'expiresAt' ? 'asc' : 'desc' };
}
