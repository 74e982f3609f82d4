import { Link } from '@tanstack/react-router';
import { LoadError } from '../../../components/notice.tsx';
import { Skeleton } from '../../../components/page.tsx';
import { Panel, ShowAll, useCapped } from '../../../components/panel.tsx';
import { TimeAgo } from '../../../components/time-ago.tsx';
import { exactTime, formatDuration } from '../../../lib/format.ts';
import { useCan } from '../../sessions/index.ts';
import { GatewayStateWord } from '../gateways/gateway-figures.tsx';
import { staleWords } from '../gateways/gateway-state.ts';
import {
  appliedWords,
  behindFirst,
  type GatewayProgress,
  type Propagation,
} from './applied-words.ts';

const ROWS_MAX = 10;

interface AppliedPanelProps {
  /** What was changed: "key". */
  readonly what: string;
  readonly propagation: Propagation | undefined;
  readonly error: Error | null;
  readonly onRetry: () => void;
}

/** Which gateways decide by the record as it is now, those that do not first. */
export function AppliedPanel({ what, propagation, error, onRetry }: AppliedPanelProps) {
  return (
    <Panel title="Gateways">
      {propagation ? <Progress what={what} propagation={propagation} /> : null}
      {error && !propagation ? (
        <div className="p-4">
          <LoadError what="the gateways" error={error} onRetry={onRetry} />
        </div>
      ) : null}
      {propagation || error ? null : (
        <p aria-busy className="px-5 pt-1 pb-4">
          <Skeleton className="w-full" />
        </p>
      )}
    </Panel>
  );
}

interface ProgressProps {
  readonly what: string;
  readonly propagation: Propagation;
}

function Progress({ what, propagation }: ProgressProps) {
  const { gateways, gatewaysCount, appliedCount, changedAt } = propagation;
  const { shown, hiddenCount, showAll } = useCapped(behindFirst(gateways), ROWS_MAX);
  const mayName = useCan('fleet.read');
  if (gatewaysCount === 0) return <NoGateway what={what} />;
  return (
    <>
      <p className="px-5 pt-0.5 pb-2">
        <span className={appliedCount < gatewaysCount ? 'text-warn-ink' : undefined}>
          {appliedWords(propagation)}
        </span>
        {changedAt ? (
          <span className="block text-[0.8125rem] text-soft">
            The last change of this {what}, <TimeAgo at={changedAt} />
          </span>
        ) : null}
      </p>
      {mayName ? (
        <ul className="divide-y divide-line border-line border-t">
          {shown.map((gateway) => (
            <GatewayRow key={gateway.gatewayId} what={what} gateway={gateway} />
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

interface GatewayRowProps {
  readonly what: string;
  readonly gateway: GatewayProgress;
}

function GatewayRow({ what, gateway }: GatewayRowProps) {
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
          Decides with the {what} as it was, and {staleWords(staleMaxMs)}.
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

function NoGateway({ what }: { readonly what: string }) {
  const mayRead = useCan('fleet.read');
  return (
    <p className="px-5 pb-4 text-soft">
      No gateway decides {what === 'key' ? 'on this key' : `by this ${what}`}.{' '}
      {mayRead ? (
        <Link to="/fleet" className="text-accent-strong underline underline-offset-4">
          Fleet
        </Link>
      ) : null}
    </p>
  );
}
