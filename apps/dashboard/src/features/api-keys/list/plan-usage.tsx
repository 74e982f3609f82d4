import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { Skeleton } from '../../../components/skeleton.tsx';
import { formatCount } from '../../../lib/format-count.ts';
import { joinClasses } from '../../../lib/join-classes.ts';
import { PLAN_NAMES } from '../../organization/index.ts';

export type Stats = RouteOutput<Routes['getKeyStats']>;

/** How much of the plan's limit is used. */
export function PlanUsage({ stats }: { readonly stats: Stats | undefined }) {
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
        {stats ? <Bar {...stats} /> : null}
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

function Bar({ keysUsed, keysMax }: Stats) {
  if (keysMax === null) return null;
  const full = keysUsed >= keysMax;
  return (
    <progress
      aria-label="Plan usage"
      max={keysMax}
      value={Math.min(keysUsed, keysMax)}
      className={joinClasses('slim-bar mt-1.5 block', full ? 'text-warn' : 'text-accent')}
    />
  );
}
