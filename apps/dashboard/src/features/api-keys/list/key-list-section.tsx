import type { UseQueryResult } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { ListPager, pageNumber, usePageTop } from '../../../components/list-pager.tsx';
import { LoadError } from '../../../components/notice.tsx';
import { EmptyState } from '../../../components/page.tsx';
import { counted, formatCount } from '../../../lib/format.ts';
import { useMediaQuery } from '../../../lib/hooks.ts';
import { useCan } from '../../sessions/index.ts';
import { type KeyAction, KeyDialogs } from '../actions/key-dialogs.tsx';
import type { KeyPageOfList } from '../queries.ts';
import { BulkBar } from './bulk-bar.tsx';
import { KeyCards } from './key-cards.tsx';
import { isFiltered, type KeySearch } from './key-search.ts';
import { KeyTable } from './key-table.tsx';
import { KeyToolbar } from './key-toolbar.tsx';
import { TagFilter } from './tag-filter.tsx';
import { useKeySelection } from './use-key-selection.ts';

type KeyList = UseQueryResult<KeyPageOfList>;

/** The list as its address has it. */
export interface KeysPageProps {
  readonly search: KeySearch;
  /** Cursors of the pages before this one. */
  readonly trail: readonly string[];
  readonly onSearch: (search: KeySearch, trail?: readonly string[]) => void;
}

interface KeyListSectionProps extends KeysPageProps {
  readonly list: KeyList;
}

/** Toolbar, table (cards on phones) and pager, and what stands there when nothing matches. */
export function KeyListSection({ search, trail, onSearch, list }: KeyListSectionProps) {
  const { data, error, refetch, isPlaceholderData } = list;
  const [action, setAction] = useState<KeyAction>();
  const maySelect = useCan('api_keys.revoke');
  const selection = useKeySelection(search, isPlaceholderData ? undefined : data);
  const wide = useMediaQuery('(min-width: 48rem)');
  const List = wide ? KeyTable : KeyCards;
  const empty = isEmpty(search, list);
  const [top, onTurn] = usePageTop(isPlaceholderData ? undefined : data);
  return (
    <section ref={top} aria-label="Keys" className="scroll-mt-16 lg:scroll-mt-4">
      <KeyToolbar search={search} onSearch={onSearch} />
      <TagFilter search={search} onSearch={onSearch} />
      {error && !data ? (
        <LoadError what="the keys" error={error} onRetry={refetch} />
      ) : (
        <div
          aria-busy={!data || isPlaceholderData}
          className="rounded-xl border border-line bg-surface"
        >
          {empty ? (
            <NoMatches onClear={() => onSearch({})} />
          ) : (
            <List
              keys={data?.data}
              search={search}
              selection={maySelect ? selection : undefined}
              dimmed={isPlaceholderData}
              onSearch={onSearch}
              onAction={setAction}
            />
          )}
          <ListPager
            label="Pages of keys"
            words={data ? pageWords(data, pageNumber(search.cursor, trail)) : ''}
            search={search}
            trail={trail}
            list={list}
            onTurn={onTurn}
            onSearch={onSearch}
          />
        </div>
      )}
      {maySelect ? <BulkBar selection={selection} totalCount={data?.totalCount ?? 0} /> : null}
      <KeyDialogs action={action} onClose={() => setAction(undefined)} />
    </section>
  );
}

function NoMatches({ onClear }: { readonly onClear: () => void }) {
  return (
    <EmptyState
      icon={<SearchX size={24} />}
      title="No key matches"
      action={<Button onClick={onClear}>Clear filters</Button>}
    >
      <p>Change the search or the filters to see other keys.</p>
    </EmptyState>
  );
}

/** There is no key at all, rather than none that matches. */
export function isWithoutKeys(search: KeySearch, list: KeyList): boolean {
  return !isFiltered(search) && isEmpty(search, list);
}

function isEmpty({ cursor }: KeySearch, { data, isPlaceholderData }: KeyList): boolean {
  return data?.data.length === 0 && !isPlaceholderData && !cursor;
}

function pageWords({ data: { length }, totalCount }: KeyPageOfList, page: number): string {
  if (page === 1 && length === totalCount) return counted(totalCount, 'key');
  return `Page ${page} · ${formatCount(length)} of ${counted(totalCount, 'key')}`;
}
