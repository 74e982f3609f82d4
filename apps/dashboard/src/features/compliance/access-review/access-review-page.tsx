import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AccessAdvice, AccessReview, Scope } from '@tollkeeper/contract';
import { KeyRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../../components/button.tsx';
import { LackedScope, LoadError } from '../../../components/notice.tsx';
import { EmptyState, usePageTitle } from '../../../components/page.tsx';
import { CutText, type RecordColumn, RecordTable } from '../../../components/record-table.tsx';
import { StatusWord } from '../../../components/status-word.tsx';
import { api } from '../../../lib/api.ts';
import { formatCount } from '../../../lib/format.ts';
import { useIdentity } from '../../sessions/index.ts';

const NEEDED: readonly Scope[] = ['compliance.read', 'api_keys.read', 'usage.read'];

/** Below the keys, so that an edit of one reads the list again. */
const reviewsQuery = infiniteQueryOptions({
  queryKey: ['keys', 'reviews'],
  queryFn: ({ signal, pageParam }) =>
    api.listAccessReviews({ query: pageParam === '' ? {} : { cursor: pageParam } }, { signal }),
  initialPageParam: '',
  getNextPageParam: ({ nextCursor }) => nextCursor,
});

/** Each key with what its calls used; what to do about one is on its own page. */
export function AccessReviewPage() {
  usePageTitle('Access review');
  const { scopes } = useIdentity();
  const lacked = NEEDED.find((scope) => !scopes.includes(scope));
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    { ...reviewsQuery, enabled: !lacked },
  );
  if (lacked) return <LackedScope scope={lacked} what="the access review" />;
  const rows = data?.pages.flatMap((page) => page.data);
  return (
    <>
      <p className="mb-4 max-w-prose text-soft">
        What accepted calls of the last 90 days needed of the scopes of each key. Open a key to see
        its unused scopes, and to remove them.
      </p>
      {error && !data ? (
        <LoadError what="the access review" error={error} onRetry={refetch} />
      ) : null}
      {data || !error ? (
        <section aria-label="Keys" className="rounded-xl border border-line bg-surface">
          {rows?.length === 0 ? (
            <EmptyState icon={<KeyRound size={22} />} title="No keys to review">
              Once there are keys, what their calls use of their scopes is listed here.
            </EmptyState>
          ) : (
            <RecordTable caption="Access review" columns={COLUMNS} rows={rows} />
          )}
          {hasNextPage ? (
            <div className="border-line border-t px-5 py-3 text-center">
              <Button look="quiet" pending={isFetchingNextPage} onClick={() => fetchNextPage()}>
                Show more keys
              </Button>
            </div>
          ) : null}
        </section>
      ) : null}
    </>
  );
}

const COLUMNS: readonly RecordColumn<AccessReview>[] = [
  {
    header: 'Key',
    cell: ({ id, name, prefix, advice }) => (
      <>
        <Link
          to="/api-keys/$id"
          params={{ id }}
          className="block truncate font-medium underline-offset-4 hover:underline"
          title={name}
        >
          {name}
        </Link>
        <code className="block truncate font-mono text-[0.8125rem] text-soft">{prefix}…</code>
        <span className="text-[0.8125rem] sm:hidden">{ADVICE[advice]}</span>
      </>
    ),
  },
  {
    header: 'Owner',
    look: 'hidden lg:table-cell',
    cell: ({ owner }) => <CutText text={owner.name} />,
  },
  {
    header: 'Scopes used',
    look: 'w-28',
    cell: ({ scopes }) => {
      const used = scopes.filter(({ use }) => use !== 'unused').length;
      return `${formatCount(used)} of ${formatCount(scopes.length)}`;
    },
  },
  {
    header: 'Calls',
    look: 'w-28 hidden md:table-cell',
    cell: ({ calls }) => formatCount(calls),
  },
  { header: 'Advice', look: 'w-56 hidden sm:table-cell', cell: ({ advice }) => ADVICE[advice] },
];

const ADVICE: Readonly<Record<AccessAdvice, ReactNode>> = {
  reduce: <StatusWord tone="warn">Remove unused scopes</StatusWord>,
  keep: <StatusWord tone="good">Keep as it is</StatusWord>,
  revoke: <StatusWord tone="warn">Not used: revoke</StatusWord>,
  wait: <StatusWord tone="off">Not enough known</StatusWord>,
};
