import type { Usage } from '@tollkeeper/contract';
import { lazy, Suspense } from 'react';
import { counted, exactTime, formatCount } from '../lib/format.ts';
import { LoadError } from './notice.tsx';

// The charting library is most of the download; the page does not wait for it.
const UsagePlot = lazy(() => import('./usage-plot.tsx'));

interface UsageFigureProps {
  readonly label: string;
  readonly usage: Usage | undefined;
  readonly error: Error | null;
  readonly onRetry: () => void;
}

/** Calls over time as bars, and in words for those who do not see them. */
export function UsageFigure({ label, usage, error, onRetry }: UsageFigureProps) {
  if (error && !usage) return <LoadError what="the calls" error={error} onRetry={onRetry} />;
  return (
    <figure className="relative h-full min-h-32" aria-label={label}>
      <figcaption className="sr-only">{usage ? usageSummary(usage) : 'Loading'}</figcaption>
      <div aria-hidden className="absolute inset-0">
        {usage ? (
          <Suspense fallback={null}>
            <UsagePlot usage={usage} />
          </Suspense>
        ) : null}
        {usage && usage.accepted + usage.denied === 0 ? (
          <p className="absolute inset-0 flex items-center justify-center pb-5 text-faint">
            <span className="bg-surface px-3">No calls in this time</span>
          </p>
        ) : null}
      </div>
    </figure>
  );
}

/** The plot in words: the sums, and when most calls came. */
function usageSummary({ accepted, denied, data }: Usage): string {
  const sums = `${formatCount(accepted)} accepted and ${formatCount(denied)} denied.`;
  const busiest = data.reduce<(typeof data)[number] | undefined>(
    (most, bucket) => (most && calls(most) >= calls(bucket) ? most : bucket),
    undefined,
  );
  if (!busiest || calls(busiest) === 0) return sums;
  return `${sums} Busiest from ${exactTime(busiest.from)}: ${counted(calls(busiest), 'call')}.`;
}

function calls(bucket: { readonly accepted: number; readonly denied: number }): number {
  return bucket.accepted + bucket.denied;
}
