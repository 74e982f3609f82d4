import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type RefObject, useEffect, useRef } from 'react';
import { Button } from './button.tsx';

interface ListPagerProps {
  /** Names the buttons: "Pages of keys". */
  readonly label: string;
  /** Which page this is, and of how many items; '' while it loads. */
  readonly words: string;
  /** Of this page; undefined on the first. */
  readonly cursor: string | undefined;
  /** Cursors of the pages before this one. */
  readonly trail: readonly string[];
  readonly nextCursor: string | null;
  readonly onPage: (cursor: string | undefined, trail: readonly string[]) => void;
}

/** Previous and next; a page's number is known from the way that led to it. */
export function ListPager({ label, words, cursor, trail, nextCursor, onPage }: ListPagerProps) {
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
            onClick={() => onPage(trail.at(-1), trail.slice(0, -1))}
          >
            <ChevronLeft size={14} aria-hidden />
            Previous
          </Button>
          <Button
            size="small"
            blocked={nextCursor ? undefined : 'This is the last page.'}
            onClick={() => nextCursor && onPage(nextCursor, cursor ? [...trail, cursor] : [])}
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
