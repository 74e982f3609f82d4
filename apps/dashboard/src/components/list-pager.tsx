import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type RefObject, useEffect, useRef } from 'react';
import { Button } from './button.tsx';

/** What the search of a list that comes in pages has beside its filters. */
interface PageSearch {
  /** Of the page; the first has none. */
  readonly cursor?: string;
}

interface ListPagerProps<Search extends PageSearch> {
  /** Names the buttons: "Pages of keys". */
  readonly label: string;
  /** Which page this is, and of how many items; '' while it loads. */
  readonly words: string;
  readonly search: Search;
  /** Cursors of the pages before this one. */
  readonly trail: readonly string[];
  /** The page, or the one before while it is on its way. */
  readonly list: {
    readonly data: { readonly nextCursor: string | null } | undefined;
    readonly isPlaceholderData: boolean;
  };
  readonly onTurn: () => void;
  readonly onSearch: (
    search: Omit<Search, 'cursor'> & PageSearch,
    trail: readonly string[],
  ) => void;
}

/** Below a list: which page it is, previous and next. A page's number is known from the way that led to it. */
export function ListPager<Search extends PageSearch>({
  label,
  words,
  search: { cursor, ...filters },
  trail,
  list: { data, isPlaceholderData },
  onTurn,
  onSearch,
}: ListPagerProps<Search>) {
  const nextCursor = isPlaceholderData ? null : (data?.nextCursor ?? null);
  function turnTo(page: string | undefined, pagesBefore: readonly string[]): void {
    onTurn();
    onSearch(page ? { ...filters, cursor: page } : filters, pagesBefore);
  }
  return (
    <nav
      aria-label={label}
      className="flex min-h-12 items-center justify-between gap-3 border-line border-t px-4 py-2"
    >
      <p className="text-[0.8125rem] text-soft" role="status">
        {words}
      </p>
      {cursor || nextCursor ? (
        <div className="flex gap-2">
          <Button
            size="small"
            blocked={cursor ? undefined : 'This is the first page.'}
            onClick={() => turnTo(trail.at(-1), trail.slice(0, -1))}
          >
            <ChevronLeft size={14} aria-hidden />
            Previous
          </Button>
          <Button
            size="small"
            blocked={nextCursor ? undefined : 'This is the last page.'}
            onClick={() => nextCursor && turnTo(nextCursor, cursor ? [...trail, cursor] : [])}
          >
            Next
            <ChevronRight size={14} aria-hidden />
          </Button>
        </div>
      ) : null}
    </nav>
  );
}

/** The number of the page that the cursors lead to. */
export function pageNumber(cursor: string | undefined, trail: readonly string[]): number {
  return cursor ? trail.length + 2 : 1;
}

/**
 * Scrolls to the top of a list once another page of it is there: to its first row, not to what
 * stands above, which on a phone fills a screen.
 * @param page what is shown; undefined while the next one is on its way
 * @returns what to put on the list, and what to call when somebody turns the page
 */
export function usePageTop(page: unknown): [RefObject<HTMLElement | null>, () => void] {
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
