import { useQuery } from '@tanstack/react-query';
import { Skeleton } from '../../../components/skeleton.tsx';
import { UsageFigure } from '../../../components/usage-figure.tsx';
import { formatCount } from '../../../lib/format-count.ts';
import { useCan } from '../../sessions/index.ts';
import { dayUsageQuery } from '../key-queries.ts';
import type { Stats } from './plan-usage.tsx';

/** Calls of the last 24 hours: the number, and how they lie over the day. */
export function DayCalls({ stats }: { readonly stats: Stats | undefined }) {
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
