import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  ACCESS_ADVICE,
  type AccessAdvice,
  type AccessReview,
  type Scope,
} from '@tollkeeper/contract';
import { KeyRound } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Select } from '../../../components/forms/controls.tsx';
import { Field } from '../../../components/forms/field.tsx';
import { LackedScope, LoadError } from '../../../components/notice.tsx';
import { EmptyState, usePageTitle } from '../../../components/page.tsx';
import { CutText, type RecordColumn, RecordTable } from '../../../components/record-table.tsx';
import { StatusWord } from '../../../components/status-word.tsx';
import { api } from '../../../lib/api.ts';
import { formatCount } from '../../../lib/format.ts';
import { useIdentity } from '../../sessions/index.ts';

const NEEDED: readonly Scope[] = ['compliance.read', 'api_keys.read', 'usage.read'];

/** Below the keys, so that an edit of one reads the list again. */
const reviewsQuery = (advice: AccessAdvice | undefined) =>
  infiniteQueryOptions({
    queryKey: ['keys', 'reviews', advice ?? 'all'],
    queryFn: ({ signal, pageParam }) =>
      api.listAccessReviews(
        {
          query: {
            ...(advice === undefined ? {} : { advice }),
            ...(pageParam === '' ? {} : { cursor: pageParam }),
          },
        },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

/** One look is at 500 keys: few keys may have an advice among many. */
const LOOKS_MAX = 20;
const SOUGHT_ROWS = 25;

/** Each key with what its calls used; what to do about one is on its own page. */
export function AccessReviewPage() {
  usePageTitle('Access review');
  const { scopes } = useIdentity();
  const lacked = NEEDED.find((scope) => !scopes.includes(scope));
  const [advice, setAdvice] = useState<AccessAdvice>();
  const list = useInfiniteQuery({ ...reviewsQuery(advice), enabled: !lacked });
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const found = data?.pages.flatMap((page) => page.data);
  const looksOn =
    advice !== undefined &&
    hasNextPage &&
    !list.isFetchNextPageError &&
    (found?.length ?? 0) < SOUGHT_ROWS &&
    (data?.pages.length ?? 0) < LOOKS_MAX;
  const rows = looksOn && found?.length === 0 ? undefined : found;
  useEffect(() => {
    if (looksOn && !isFetchingNextPage) void fetchNextPage();
  }, [looksOn, isFetchingNextPage, fetchNextPage]);
  if (lacked) return <LackedScope scope={lacked} what="the access review" />;
  return (
    <>
      <p className="mb-4 max-w-prose text-soft">
        What accepted calls of the last 90 days needed of the scopes of each key. Open a key to see
        its unused scopes, and to remove them.
      </p>
      <div className="mb-4 max-w-56">
        <Field label="Advice">
          {(field) => (
            <Select
              {...field}
              value={advice ?? ''}
              options={ADVICE_OPTIONS}
              onChange={({ target }) =>
                setAdvice(ACCESS_ADVICE.find((each) => each === target.value))
              }
            />
          )}
        </Field>
      </div>
      {error && !data ? (
        <LoadError what="the access review" error={error} onRetry={refetch} />
      ) : null}
      {data || !error ? (
        <section aria-label="Keys" className="rounded-xl border border-line bg-surface">
          {rows?.length === 0 ? (
            <EmptyState icon={<KeyRound size={22} />} title={advice ? 'No such keys' : NO_KEYS}>
              {advice
                ? `${hasNextPage ? 'None of the newest keys has' : 'No key has'} this advice.`
                : 'Once there are keys, what their calls use of their scopes is listed here.'}
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

const NO_KEYS = 'No keys to review';

const ADVICE_WORDS: Readonly<Record<AccessAdvice, string>> = {
  reduce: 'Remove unused scopes',
  keep: 'Keep as it is',
  revoke: 'Not used: revoke',
  wait: 'Not enough known',
};
const ADVICE_OPTIONS = [
  { value: '', label: 'Any' },
  ...ACCESS_ADVICE.map((value) => ({ value, label: ADVICE_WORDS[value] })),
];

const ADVICE: Readonly<Record<AccessAdvice, ReactNode>> = {
  reduce: <StatusWord tone="warn">{ADVICE_WORDS.reduce}</StatusWord>,
  keep: <StatusWord tone="good">{ADVICE_WORDS.keep}</StatusWord>,
  revoke: <StatusWord tone="warn">{ADVICE_WORDS.revoke}</StatusWord>,
  wait: <StatusWord tone="off">{ADVICE_WORDS.wait}</StatusWord>,
};
