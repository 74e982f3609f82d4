import type { Gateway } from '@tollkeeper/contract';
import { Skeleton } from '../../../components/skeleton.tsx';
import { useNow } from '../../../lib/server-clock.ts';
import { useCan } from '../../sessions/index.ts';
import {
  CallsFigure,
  ContactFigure,
  GatewayName,
  GatewayStateWord,
  GatewayWarningList,
  LoadFigure,
  VersionFigure,
} from './gateway-figures.tsx';
import { GatewayMenu } from './gateway-menu.tsx';
import type { GatewayListProps } from './gateway-table.tsx';
import { gatewayWarnings } from './gateway-warnings.ts';

const PLACES = ['a', 'b', 'c', 'd'];

/** The list on phones: a card for each gateway. */
export function GatewayCards({ gateways, onAction }: GatewayListProps) {
  const mayManage = useCan('fleet.manage');
  const now = useNow();
  return (
    <ul aria-label="Gateways" aria-busy={!gateways} className="divide-y divide-line">
      {gateways
        ? gateways.map((gateway) => (
            <li key={gateway.id} className="flex items-start gap-2 py-3 pr-2 pl-5">
              <div className="flex min-w-0 flex-1 flex-col gap-1.5">
                <GatewayName gateway={gateway} onOpen={() => onAction({ kind: 'view', gateway })} />
                <CardFacts gateway={gateway} />
                <GatewayWarningList warnings={gatewayWarnings(gateway, now)} />
              </div>
              {mayManage ? <GatewayMenu gateway={gateway} onAction={onAction} /> : null}
            </li>
          ))
        : PLACES.map((place) => (
            <li key={place} className="flex h-24 items-center px-5">
              <Skeleton className="w-full" />
            </li>
          ))}
    </ul>
  );
}

function CardFacts({ gateway }: { readonly gateway: Gateway }) {
  const { state, draining, lastSeenAt, callsPerMinute } = gateway;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-[0.8125rem]">
      <GatewayStateWord state={state} draining={draining} />
      <span className="text-soft">
        version <VersionFigure gateway={gateway} />
      </span>
      <span className="text-soft">
        {lastSeenAt ? (
          <>
            last seen <ContactFigure gateway={gateway} />
          </>
        ) : (
          'never seen'
        )}
      </span>
      {callsPerMinute === null ? null : (
        <>
          <span className="text-soft">
            <CallsFigure gateway={gateway} /> calls/min
          </span>
          <span className="text-soft">
            <LoadFigure gateway={gateway} />
          </span>
        </>
      )}
    </div>
  );
}
