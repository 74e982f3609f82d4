import { useQuery } from '@tanstack/react-query';
import { USAGE_PERIODS, type UsagePeriod } from '@tollkeeper/contract';
import { useState } from 'react';
import { SegmentedChoice } from '../../../components/forms/choices.tsx';
import { Panel } from '../../../components/panel.tsx';
import { UsageFigure } from '../../../components/usage-figure.tsx';
import { formatCount } from '../../../lib/format.ts';
import { keyUsageQuery } from '../queries.ts';

const LABELS: Readonly<Record<UsagePeriod, string>> = {
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
};

export function KeyUsage({ id }: { readonly id: string }) {
  const [period, setPeriod] = useState<UsagePeriod>('24h');
  const { data, error, refetch } = useQuery(keyUsageQuery(id, period));
  return (
    <Panel
      title="Calls"
      aside={
        <SegmentedChoice
          legend="Period"
          value={period}
          choices={USAGE_PERIODS.map((value) => ({ value, label: LABELS[value] }))}
          onChoose={setPeriod}
        />
      }
    >
      <p className="flex gap-5 px-5 pt-1 text-soft">
        <Sum dot="bg-accent" count={data?.accepted} word="accepted" />
        <Sum dot="bg-denied" count={data?.denied} word="denied" />
      </p>
      <div className="h-52 px-5 pt-2 pb-4">
        <UsageFigure
          label={`Calls of this key in the last ${LABELS[period]}`}
          usage={data}
          error={error}
          onRetry={refetch}
        />
      </div>
    </Panel>
  );
}

interface SumProps {
  readonly dot: string;
  readonly count: number | undefined;
  readonly word: string;
}

function Sum({ dot, count, word }: SumProps) {
  return (
    <span className="inline-flex items-baseline gap-1.5">
      <span aria-hidden className={`size-2 rounded-xs ${dot}`} />
      <span className="font-medium text-ink">{count === undefined ? '–' : formatCount(count)}</span>
      {word}
    </span>
  );
}
