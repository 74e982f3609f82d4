import type { AuditEventView } from '@tollkeeper/contract';
import { CutText, type RecordColumn, RecordTable } from '../../../components/record-table.tsx';
import { TimeAgo } from '../../../components/time-ago.tsx';
import {
  type AuditSearch,
  actorKindWords,
  actorWords,
  EventLink,
  TARGET_WORDS,
} from '../../audit-events/index.ts';

interface EventTableProps {
  /** Undefined while the first page loads. */
  readonly events: readonly AuditEventView[] | undefined;
  /** The list that an event's page leads back to. */
  readonly search: AuditSearch;
}

export function EventTable({ events, search }: EventTableProps) {
  return <RecordTable caption="Events" columns={columns(search)} rows={events} />;
}

function columns(search: AuditSearch): RecordColumn<AuditEventView>[] {
  return [
    { header: 'Event', cell: (event) => <EventCell event={event} search={search} /> },
    {
      header: 'Target',
      look: 'w-[24%] hidden sm:table-cell',
      cell: ({ target: { type, name } }) => (
        <CutText text={name} title={`${TARGET_WORDS[type]}: ${name}`} />
      ),
    },
    {
      header: 'Actor',
      look: 'w-[22%] hidden sm:table-cell',
      cell: (event) => <ActorCell event={event} />,
    },
    {
      header: 'From',
      look: 'w-36 hidden cell-small xl:table-cell',
      cell: ({ ip }) => (ip ? <CutText text={ip} /> : <span className="text-faint">Server</span>),
    },
    {
      header: 'When',
      look: 'w-34 hidden cell-small md:table-cell',
      cell: ({ at }) => <TimeAgo at={at} />,
    },
  ];
}

interface EventCellProps {
  readonly event: AuditEventView;
  readonly search: AuditSearch;
}

/** What happened; in narrow windows also what wide ones show in columns. */
function EventCell({ event, search }: EventCellProps) {
  return (
    <>
      <EventLink event={event} search={search} />
      <p className="truncate text-[0.8125rem] text-soft sm:hidden" title={event.target.name}>
        {event.target.name}
      </p>
      <p className="truncate text-[0.8125rem] text-soft md:hidden">
        <span className="sm:hidden">{actorWords(event)}, </span>
        <TimeAgo at={event.at} />
      </p>
    </>
  );
}

function ActorCell({ event }: { readonly event: AuditEventView }) {
  const kind = actorKindWords(event.actor);
  return (
    <>
      <CutText text={actorWords(event)} />
      {kind ? <p className="truncate text-[0.8125rem] text-faint">{kind}</p> : null}
    </>
  );
}
