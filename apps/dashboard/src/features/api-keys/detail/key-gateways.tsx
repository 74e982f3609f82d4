import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { LoadError } from '../../../components/notice.tsx';
import { Skeleton } from '../../../components/page.tsx';
import { Panel, ShowAll, useCapped } from '../../../components/panel.tsx';
import { TimeAgo } from '../../../components/time-ago.tsx';
import { exactTime, formatDuration } from '../../../lib/format.ts';
import { GatewayStateWord, staleWords } from '../../fleet/index.ts';
import { useCan } from '../../sessions/index.ts';
import {
  appliedWords,
  behindFirst,
  type GatewayProgress,
  type Propagation,
  propagationQuery,
} from '../propagation.tsx';

const ROWS_MAX = 10;

/** Which gateways decide by the key as it is now, those that do not first. */
export function KeyGateways({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery(propagationQuery([id]));
  return (
    <Panel title="Gateways">
      {data ? <Progress propagation={data} /> : null}
      {error && !data ? (
        <div className="p-4">
          <LoadError what="the gateways" error={error} onRetry={refetch} />
        </div>
      ) : null}
      {data || error ? null : (
        <p aria-busy className="px-5 pt-1 pb-4">
          <Skeleton className="w-full" />
        </p>
      )}
    </Panel>
  );
}

function Progress({ propagation }: { readonly propagation: Propagation }) {
  const { gateways, gatewaysCount, appliedCount, changedAt } = propagation;
  const { shown, hiddenCount, showAll } = useCapped(behindFirst(gateways), ROWS_MAX);
  const mayName = useCan('fleet.read');
  if (gatewaysCount === 0) return <NoGateway />;
  return (
    <>
      <p className="px-5 pt-0.5 pb-2">
        <span className={appliedCount < gatewaysCount ? 'text-warn-ink' : undefined}>
          {appliedWords(propagation)}
        </span>
        {changedAt ? (
          <span className="block text-[0.8125rem] text-soft">
            The last change of this key, <TimeAgo at={changedAt} />
          </span>
        ) : null}
      </p>
      {mayName ? (
        <ul className="divide-y divide-line border-line border-t">
          {shown.map((gateway) => (
            <GatewayRow key={gateway.gatewayId} gateway={gateway} />
          ))}
        </ul>
      ) : (
        <p className="px-5 pb-4 text-[0.8125rem] text-soft">
          Your role sees the counts only: the names of gateways need the scope fleet.read.
        </p>
      )}
      <ShowAll shownCount={shown.length} hiddenCount={hiddenCount} onShowAll={showAll} />
    </>
  );
}

function GatewayRow({ gateway }: { readonly gateway: GatewayProgress }) {
  const { name, state, applied, staleMaxMs } = gateway;
  return (
    <li className="px-5 py-2">
      <div className="flex items-center gap-3">
        <span className="min-w-0 flex-1 truncate font-medium" title={name}>
          {name}
        </span>
        <GatewayStateWord state={state} />
        <span className="w-16 shrink-0 text-right">
          <Took gateway={gateway} />
        </span>
      </div>
      {!applied && state === 'unreachable' ? (
        <p className="mt-0.5 text-[0.8125rem] text-soft">
          Decides with the key as it was, and {staleWords(staleMaxMs)}.
        </p>
      ) : null}
    </li>
  );
}

function Took({ gateway: { applied, appliedAt, tookMs } }: { readonly gateway: GatewayProgress }) {
  if (!applied) return <span className="text-warn-ink">not yet</span>;
  return (
    <span title={appliedAt ? exactTime(appliedAt) : undefined} className="text-soft">
      {tookMs === null ? 'applied' : formatDuration(tookMs)}
    </span>
  );
}

function NoGateway() {
  const mayRead = useCan('fleet.read');
  return (
    <p className="px-5 pb-4 text-soft">
      No gateway decides on this key.{' '}
      {mayRead ? (
        <Link to="/fleet" className="text-accent-strong underline underline-offset-4">
          Fleet
        </Link>
      ) : null}
    </p>
  );
}
