import { useQuery } from '@tanstack/react-query';
import type { RouteOutput, Routes } from '@tollkeeper/contract';
import type { ReactNode } from 'react';
import { LoadError } from '../../../components/notice.tsx';
import { Skeleton } from '../../../components/page.tsx';
import { TimeAgoButton } from '../../../components/time-ago.tsx';
import { UsageFigure } from '../../../components/usage-figure.tsx';
import { formatCount } from '../../../lib/format.ts';
import { KeyLimitBar, KeyLimitNotice } from '../../billing/index.ts';
import { PLAN_NAMES } from '../../organization/index.ts';
import { useCan } from '../../sessions/index.ts';
import { dayUsageQuery, keyStatsQuery } from '../queries.ts';

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
    <>
      {data ? <KeyLimitNotice used={data.keysUsed} max={data.keysMax} /> : null}
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
    </>
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

type Stats = RouteOutput<Routes['getKeyStats']>;

/** How much of the plan's limit is used. */
function PlanUsage({ stats }: { readonly stats: Stats | undefined }) {
  return (
    <div className="flex min-h-24 flex-col px-4 py-3.5 xl:px-5">
      <dt className="text-soft">{stats ? `${PLAN_NAMES[stats.plan]} plan` : 'Plan'}</dt>
      <dd className="mt-1">
        <span className="block min-h-7 font-semibold text-base leading-7 xl:text-lg">
          {stats ? <Used {...stats} /> : <Skeleton className="h-5 w-14" />}
        </span>
        {stats?.keysMax === null ? (
          <span className="block text-[0.8125rem] text-faint">keys, unlimited</span>
        ) : null}
        {stats ? <KeyLimitBar used={stats.keysUsed} max={stats.keysMax} /> : null}
      </dd>
    </div>
  );
}

function Used({ keysUsed, keysMax }: Stats) {
  if (keysMax === null) return formatCount(keysUsed);
  return (
    <>
      {formatCount(keysUsed)}{' '}
      <span className="font-normal text-sm text-soft">of {formatCount(keysMax)} keys</span>
    </>
  );
}

/** Calls of the last 24 hours: the number, and how they lie over the day. */
function DayCalls({ stats }: { readonly stats: Stats | undefined }) {
  const mayPlot = useCan('usage.read');
  const usage = useQuery({ ...dayUsageQuery, enabled: mayPlot });
  return (
    <div className="flex min-w-0 flex-col border-line border-t px-4 py-3.5 sm:px-5 md:border-t-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 className="text-soft">API calls in the last 24 hours</h2>
        <p className="flex items-baseline gap-4">
          <Count dot="bg-accent" word="accepted" strong count={stats?.apiCalls24h} />
          <Count dot="bg-denied" word="denied" count={stats?.deniedCalls24h} />
        </p>
      </div>
      <div className="mt-2 min-h-32 flex-1">
        {mayPlot ? (
          <UsageFigure
            label="API calls in the last 24 hours"
            usage={usage.data}
            error={usage.error}
            onRetry={usage.refetch}
          />
        ) : (
          <p className="text-faint">Your role cannot see calls over time (usage.read).</p>
        )}
      </div>
    </div>
  );
}

interface CountProps {
  readonly dot: string;
  readonly word: string;
  readonly strong?: boolean;
  readonly count: number | undefined;
}

function Count({ dot, word, strong = false, count }: CountProps) {
  return (
    <span className="inline-flex items-baseline gap-1.5">
      <span aria-hidden className={`size-2 rounded-xs ${dot}`} />
      <span className={strong ? 'font-semibold text-lg leading-7' : 'font-medium'}>
        {count === undefined ? <Skeleton className="w-8" /> : formatCount(count)}
      </span>
      <span className="text-[0.8125rem] text-soft">{word}</span>
    </span>
  );
}
