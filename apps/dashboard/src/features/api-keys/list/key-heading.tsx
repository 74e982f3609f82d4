import type { KeySort } from '@tollkeeper/contract';
import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ReactNode } from 'react';
import { joinClasses } from '../../../lib/join-classes.ts';
import { type KeySearch, refineSearch } from './key-search.ts';
import { currentSort, nextSort } from './sort-choices.ts';

interface KeyHeadingProps {
  readonly look: string;
  readonly sort: KeySort | undefined;
  readonly spoken: boolean;
  readonly search: KeySearch;
  readonly onSearch: (search: KeySearch) => void;
  readonly children: ReactNode;
}

/** A column's heading; where the server can sort by it, a button that does. */
export function KeyHeading({ look, sort, spoken, search, onSearch, children }: KeyHeadingProps) {
  const current = currentSort(search);
  if (!sort) {
    return (
      <th scope="col" className={joinClasses(look, 'font-normal')}>
        {spoken ? <span className="sr-only">{children}</span> : children}
      </th>
    );
  }
  const active = current.sort === sort;
  const Arrow = current.order === 'asc' ? ArrowUp : ArrowDown;
  return (
    <th
      scope="col"
      aria-sort={active ? (current.order === 'asc' ? 'ascending' : 'descending') : undefined}
      className={joinClasses(look, 'font-normal')}
    >
      <button
        type="button"
        onClick={() => onSearch(refineSearch(search, nextSort(current, sort)))}
        className={joinClasses(
          'inline-flex items-center gap-1 rounded-sm hover:text-ink',
          active && 'font-medium text-ink',
        )}
      >
        {children}
        <Arrow size={12} aria-hidden className={active ? '' : 'invisible'} />
      </button>
    </th>
  );
}
