import type { UseQueryResult } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, SearchX } from 'lucide-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { Button } from '../../../components/button.tsx';
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
          <KeyPager
            search={search}
            trail={trail}
            count={data?.data.length}
            totalCount={data?.totalCount}
            nextCursor={isPlaceholderData ? null : (data?.nextCursor ?? null)}
            onSearch={(next, nextTrail) => {
              onTurn();
              onSearch(next, nextTrail);
            }}
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

/**
 * Scrolls to the top of a list once another page of it is there: to its first row, not to what
 * stands above, which on a phone fills a screen.
 * @param page what is shown; undefined while the next one is on its way
 * @returns what to put on the list, and what to call when somebody turns the page
 */
function usePageTop(page: unknown): [RefObject<HTMLElement | null>, () => void] {
  const top = useRef<HTMLElement>(null);
  const turned = useRef(false);
  useEffect(() => {
    if (page === undefined || !turned.current) return;
    turned.current = false;
    top.current?.scrollIntoView();
  }, [page]);
  return [
    top,
    () => {
      turned.current = true;
    },
  ];
}

interface KeyPagerProps {
  readonly search: KeySearch;
  readonly trail: readonly string[];
  readonly count: number | undefined;
  /** On all pages. */
  readonly totalCount: number | undefined;
  readonly nextCursor: string | null;
  readonly onSearch: (search: KeySearch, trail?: readonly string[]) => void;
}

/** Previous and next; a page's number is known from the way that led to it. */
function KeyPager({ search, trail, count, totalCount, nextCursor, onSearch }: KeyPagerProps) {
  const { cursor, ...first } = search;
  const before = trail.at(-1);

  function previous() {
    onSearch(before ? { ...first, cursor: before } : first, trail.slice(0, -1));
  }

  function next() {
    if (nextCursor) onSearch({ ...first, cursor: nextCursor }, cursor ? [...trail, cursor] : []);
  }

  return (
    <nav
      aria-label="Pages of keys"
      className="flex min-h-12 items-center justify-between gap-3 border-line border-t px-4 py-2"
    >
      <p className="text-[0.8125rem] text-soft" role="status">
        {count === undefined || totalCount === undefined
          ? ''
          : pageWords(count, totalCount, cursor ? trail.length + 2 : 1)}
      </p>
      {cursor || nextCursor ? (
        <div className="flex gap-2">
          <Button
            size="small"
            blocked={cursor ? undefined : 'This is the first page.'}
            onClick={previous}
          >
            <ChevronLeft size={14} aria-hidden />
            Previous
          </Button>
          <Button
            size="small"
            blocked={nextCursor ? undefined : 'This is the last page.'}
            onClick={next}
          >
            Next
            <ChevronRight size={14} aria-hidden />
          </Button>
        </div>
      ) : null}
    </nav>
  );
}

function pageWords(count: number, totalCount: number, page: number): string {
  if (page === 1 && count === totalCount) return counted(totalCount, 'key');
  return `Page ${page} · ${formatCount(count)} of ${counted(totalCount, 'key')}`;
}
