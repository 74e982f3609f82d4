import type { Gateway } from '@tollkeeper/contract';
import { Skeleton } from '../../../components/page.tsx';
import {
  actionsColumn,
  type RecordColumn,
  RecordTable,
} from '../../../components/record-table.tsx';
import { useRowFocus } from '../../../lib/hooks.ts';
import { useNow } from '../../../lib/server-clock.ts';
import { useCan } from '../../sessions/index.ts';
import { useChosenWorkspace, WorkspaceName } from '../../workspaces/index.ts';
import type { GatewayAction } from './gateway-dialogs.tsx';
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
import { gatewayWarnings } from './gateway-state.ts';

interface GatewayListProps {
  /** Undefined while they load. */
  readonly gateways: readonly Gateway[] | undefined;
  readonly onAction: (action: GatewayAction) => void;
}

export function GatewayTable({ gateways, onAction }: GatewayListProps) {
  const mayManage = useCan('fleet.manage');
  const now = useNow();
  return (
    <RecordTable
      caption="Gateways"
      columns={[
        nameColumn(onAction),
        ...COLUMNS,
        ...(mayManage
          ? [
              actionsColumn<Gateway>((gateway) => (
                <GatewayMenu gateway={gateway} onAction={onAction} />
              )),
            ]
          : []),
      ]}
      rows={gateways}
      note={(gateway) => {
        const warnings = gatewayWarnings(gateway, now);
        return warnings.length > 0 ? <GatewayWarningList warnings={warnings} /> : undefined;
      }}
    />
  );
}

/** Widths are fixed, so that no figure that changes moves another. */
const COLUMNS: readonly RecordColumn<Gateway>[] = [
  {
    header: 'Workspace',
    look: 'w-28 hidden min-[82rem]:table-cell',
    cell: ({ workspaceId }) => (
      <span className="block truncate text-soft">
        <WorkspaceName id={workspaceId} />
      </span>
    ),
  },
  {
    header: 'State',
    look: 'w-34',
    cell: ({ state, draining }) => <GatewayStateWord state={state} draining={draining} />,
  },
  { header: 'Version', look: 'w-30', cell: (gateway) => <VersionFigure gateway={gateway} /> },
  {
    header: 'Last contact',
    look: 'w-31 cell-small',
    cell: (gateway) => <ContactFigure gateway={gateway} />,
  },
  {
    header: 'Calls/min',
    look: 'w-24 text-right',
    cell: (gateway) => <CallsFigure gateway={gateway} />,
  },
  {
    header: 'CPU, memory',
    look: 'w-30 hidden whitespace-nowrap text-right min-[74rem]:table-cell',
    cell: (gateway) => <LoadFigure gateway={gateway} />,
  },
  {
    header: 'Software',
    look: 'w-22 hidden text-soft min-[88rem]:table-cell',
    cell: ({ softwareVersion }) => (
      <span className="block truncate" title={softwareVersion ?? undefined}>
        {softwareVersion ?? '–'}
      </span>
    ),
  },
];

function nameColumn(onAction: (action: GatewayAction) => void): RecordColumn<Gateway> {
  return {
    header: 'Name',
    cell: (gateway) => (
      <GatewayName gateway={gateway} onOpen={() => onAction({ kind: 'view', gateway })} />
    ),
  };
}

const PLACES = ['a', 'b', 'c', 'd'];

/** The list on phones: a card for each gateway. */
export function GatewayCards({ gateways, onAction }: GatewayListProps) {
  const mayManage = useCan('fleet.manage');
  const now = useNow();
  const list = useRowFocus<HTMLUListElement>();
  return (
    <ul ref={list} aria-label="Gateways" aria-busy={!gateways} className="divide-y divide-line">
      {gateways
        ? gateways.map((gateway) => (
            <li key={gateway.id} className="flex items-start gap-2 py-3 pr-3.5 pl-5">
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
  const { state, draining, lastSeenAt, callsPerMinute, workspaceId } = gateway;
  const chosen = useChosenWorkspace();
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-[0.8125rem]">
      <GatewayStateWord state={state} draining={draining} />
      {chosen ? null : (
        <span className="text-soft">
          in <WorkspaceName id={workspaceId} />
        </span>
      )}
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
