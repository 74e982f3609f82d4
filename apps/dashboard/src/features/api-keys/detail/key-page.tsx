import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ApiKeyDetail } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import { ChevronLeft } from 'lucide-react';
import { EmptyState } from '../../../components/empty-state.tsx';
import { LoadError } from '../../../components/load-error.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { Skeleton } from '../../../components/skeleton.tsx';
import { usePageTitle } from '../../../lib/use-page-title.ts';
import { useCan } from '../../sessions/index.ts';
import { keyQuery } from '../key-queries.ts';
import type { KeySearch } from '../list/key-search.ts';
import { DecisionNotice } from './decision-notice.tsx';
import { KeyFacts } from './key-facts.tsx';
import { KeyGateways } from './key-gateways.tsx';
import { KeyPageActions } from './key-page-actions.tsx';
import { KeyScopes } from './key-scopes.tsx';
import { KeyUsage } from './key-usage.tsx';

interface KeyPageProps {
  readonly id: string;
  /** The list that led here. */
  readonly listSearch: KeySearch;
  /** The key was deleted from this page. */
  readonly onGone: () => void;
}

export function KeyPage({ id, listSearch, onGone }: KeyPageProps) {
  const { data, error, refetch } = useQuery(keyQuery(id));
  usePageTitle(data?.name ?? 'API key');
  const gone = error instanceof ApiError && error.status === 404;
  return (
    <>
      <Link
        to="/api-keys"
        search={listSearch}
        className="mb-2 -ml-1 inline-flex min-h-6 items-center gap-1 rounded-sm pr-1 text-soft hover:text-ink"
      >
        <ChevronLeft size={15} aria-hidden />
        API keys
      </Link>
      {gone ? <KeyGone /> : null}
      {error && !data && !gone ? (
        <>
          <PageHeader title="API key" />
          <LoadError what="the key" error={error} onRetry={refetch} />
        </>
      ) : null}
      {!data && !error ? <KeyPlace /> : null}
      {data && !gone ? <KeyView apiKey={data} onGone={onGone} /> : null}
    </>
  );
}

interface KeyViewProps {
  readonly apiKey: ApiKeyDetail;
  readonly onGone: () => void;
}

function KeyView({ apiKey, onGone }: KeyViewProps) {
  const mayPlot = useCan('usage.read');
  return (
    <>
      <PageHeader title={apiKey.name}>
        <KeyPageActions apiKey={apiKey} onGone={onGone} />
      </PageHeader>
      <div className="flex flex-col gap-5">
        <DecisionNotice apiKey={apiKey} />
        <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_24rem]">
          <div className="order-2 flex min-w-0 flex-col gap-5 xl:order-1">
            {mayPlot ? <KeyUsage id={apiKey.id} /> : null}
            <KeyScopes apiKey={apiKey} />
          </div>
          <div className="order-1 flex min-w-0 flex-col gap-5 xl:order-2">
            <KeyFacts apiKey={apiKey} />
            <KeyGateways id={apiKey.id} />
          </div>
        </div>
      </div>
    </>
  );
}

function KeyPlace() {
  return (
    <div aria-busy="true">
      <PageHeader title={<Skeleton className="h-5 w-56" />} />
      <Skeleton className="h-80 w-full" />
    </div>
  );
}

function KeyGone() {
  return (
    <>
      <PageHeader title="Key not found" />
      <div className="rounded-xl border border-line bg-surface">
        <EmptyState title="There is no such key">
          It was deleted, or it belongs to someone whose keys you do not see.
        </EmptyState>
      </div>
    </>
  );
}
