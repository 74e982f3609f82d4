import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { LoadError } from '../../../components/load-error.tsx';
import { Skeleton } from '../../../components/skeleton.tsx';
import { TimeAgoButton } from '../../../components/time-ago.tsx';
import { formatCount } from '../../../lib/format-count.ts';
import { keyStatsQuery } from '../key-queries.ts';
import { DayCalls } from './day-calls.tsx';
import { PlanUsage } from './plan-usage.tsx';

/** The numbers above the list. Their places are held while they load. */
export function KeyStats() {
  const { data, error, refetch } = useQuery(keyStatsQuery);
  if (error && !data) {
    return (
      <div className="mb-6">
        <LoadError what="the numbers" error={error} onRetry={refetch} />
      </div>
    );
  }
  const wait = <Skeleton className="h-5 w-14" />;
  return (
    <section
      aria-label="Key numbers"
      className="mb-6 grid overflow-hidden rounded-xl border border-line bg-surface md:grid-cols-[minmax(0,6fr)_minmax(0,7fr)] xl:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]"
    >
      <dl className="grid grid-cols-2 md:border-line md:border-r">
        <Stat term="Total keys" note="ever created" className="border-line border-r border-b">
          {data ? formatCount(data.totalKeys) : wait}
        </Stat>
        <Stat term="Active keys" note="can be used now" className="border-line border-b">
          {data ? formatCount(data.activeKeys) : wait}
        </Stat>
        <Stat term="Last call" note="by any key" className="border-line border-r">
          {data ? <LastCall at={data.lastCallAt} /> : wait}
        </Stat>
        <PlanUsage stats={data} />
      </dl>
      <DayCalls stats={data} />
    </section>
  );
}

interface StatProps {
  readonly term: string;
  readonly note: string;
  readonly className: string;
  readonly children: ReactNode;
}

function Stat({ term, note, className, children }: StatProps) {
  return (
    <div className={`flex min-h-24 flex-col px-4 py-3.5 xl:px-5 ${className}`}>
      <dt className="text-soft">{term}</dt>
      <dd className="mt-1">
        <span className="block min-h-7 font-semibold text-base leading-7 xl:text-lg">
          {children}
        </span>
        <span className="block text-[0.8125rem] text-faint">{note}</span>
      </dd>
    </div>
  );
}

function LastCall({ at }: { readonly at: string | null }) {
  return at ? <TimeAgoButton at={at} /> : 'Never';
}
