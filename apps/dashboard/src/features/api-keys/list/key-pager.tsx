import { ChevronLeft, ChevronRight } from 'lucide-react';
import { Button } from '../../../components/button.tsx';
import { counted, formatCount } from '../../../lib/format.ts';
import type { KeySearch } from './key-search.ts';

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
export function KeyPager({
  search,
  trail,
  count,
  totalCount,
  nextCursor,
  onSearch,
}: KeyPagerProps) {
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
