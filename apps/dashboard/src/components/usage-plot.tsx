import type { Usage } from '@tollkeeper/contract';
import { memo } from 'react';
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatCompact, formatCount } from '../lib/format.ts';
import { axisTicks, bucketSpan, countTicks } from './usage-axis.ts';

const TICK = { fill: 'var(--faint)', fontSize: 11 };

/**
 * The bars alone. UsageFigure says in words what they show. Drawn again only for other numbers: it is
 * the most that a page has to draw.
 */
export default memo(function UsagePlot({ usage }: { readonly usage: Usage }) {
  const ticks = axisTicks(usage);
  const counts = countTicks(Math.max(0, ...usage.data.map((each) => each.accepted + each.denied)));
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart
        data={usage.data}
        accessibilityLayer={false}
        margin={{ top: 6, right: 14, bottom: 0, left: 0 }}
        barCategoryGap="18%"
      >
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="from"
          ticks={[...ticks.keys()]}
          interval={0}
          tickFormatter={(from: string) => ticks.get(from) ?? ''}
          tick={TICK}
          tickLine={false}
          axisLine={{ stroke: 'var(--line)' }}
          height={22}
        />
        <YAxis
          allowDecimals={false}
          domain={[0, counts.at(-1) ?? 0]}
          ticks={counts}
          interval={0}
          tickFormatter={formatCompact}
          tick={TICK}
          tickLine={false}
          axisLine={false}
          width="auto"
        />
        <Tooltip
          cursor={{ fill: 'var(--sunken)' }}
          isAnimationActive={false}
          content={({ active, payload }) => {
            const bucket: unknown = payload?.[0]?.payload;
            return active && isBucket(bucket) ? (
              <Hint bucket={bucket} bucketSeconds={usage.bucketSeconds} />
            ) : null;
          }}
        />
        <Bar dataKey="accepted" stackId="calls" fill="var(--accent)" isAnimationActive={false} />
        <Bar dataKey="denied" stackId="calls" fill="var(--denied)" isAnimationActive={false} />
      </BarChart>
    </ResponsiveContainer>
  );
});

type Bucket = Usage['data'][number];

function isBucket(value: unknown): value is Bucket {
  return typeof value === 'object' && value !== null && 'accepted' in value;
}

interface HintProps {
  readonly bucket: Bucket;
  readonly bucketSeconds: number;
}

function Hint({ bucket, bucketSeconds }: HintProps) {
  return (
    <div className="rounded-md border border-line bg-surface px-3 py-2 text-[0.8125rem] shadow-float">
      <p className="text-soft">{bucketSpan(bucket.from, bucketSeconds)}</p>
      <p>{formatCount(bucket.accepted)} accepted</p>
      <p>{formatCount(bucket.denied)} denied</p>
    </div>
  );
}
