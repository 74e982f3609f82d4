import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { LoadError } from '../../components/notice.tsx';
import { Skeleton } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { useCan } from '../sessions/index.ts';
import { EventLink } from './event-link.tsx';
import { actorWords } from './event-words.ts';
import { recentEventsQuery } from './queries.ts';

const SHOWN_MAX = 6;

interface OwnEventsProps {
  /** What the events are about: "key". */
  readonly what: string;
  readonly id: string;
  /** Whether it acts itself, as keys and members do. */
  readonly acts?: boolean;
}

/** The last events of one record, in a panel; nothing for those who may not read the audit log. */
export function OwnEventsPanel(props: OwnEventsProps) {
  if (!useCan('audit.read')) return null;
  return (
    <Panel title="Audit log">
      <OwnEvents {...props} />
    </Panel>
  );
}

/** The last events about one record, and of what it did itself, with the way to all of them. */
export function OwnEvents({ what, id, acts = false }: OwnEventsProps) {
  const about = useQuery(recentEventsQuery({ target: id }, SHOWN_MAX));
  const done = useQuery({ ...recentEventsQuery({ actor: id }, SHOWN_MAX), enabled: acts });
  const error = about.error ?? done.error;
  const isRead = about.data !== undefined && (!acts || done.data !== undefined);
  if (!isRead && error) {
    const retry = () => void Promise.all([about.refetch(), acts && done.refetch()]);
    return (
      <div className="p-4">
        <LoadError what="the events" error={error} onRetry={retry} />
      </div>
    );
  }
  if (!isRead) {
    return (
      <p aria-busy className="px-5 pt-1 pb-4">
        <Skeleton className="w-full" />
      </p>
    );
  }
  const isPartial = [about, done].some(({ data }) => (data?.nextCursor ?? null) !== null);
  const all = [...(about.data?.data ?? []), ...(done.data?.data ?? [])];
  const events = [...new Map(all.map((event) => [event.id, event])).values()]
    .toSorted((one, other) => other.sequence - one.sequence)
    .slice(0, SHOWN_MAX);
  return (
    <>
      {events.length === 0 ? (
        <p className="px-5 pt-0.5 pb-4 text-soft">
          {isPartial ? 'Nothing recent' : 'Nothing'} is recorded of this {what}.
        </p>
      ) : (
        <ol className="divide-y divide-line pt-1">
          {events.map((event) => (
            <li key={event.id} className="px-5 py-2">
              <EventLink event={event} />
              <p className="truncate text-[0.8125rem] text-soft">
                {event.target.id === id ? null : `${event.target.name} · `}
                {actorWords(event)} · <TimeAgo at={event.at} />
              </p>
            </li>
          ))}
        </ol>
      )}
      <p className="flex flex-wrap gap-x-4 gap-y-1 border-line border-t px-5 py-2.5 text-[0.8125rem]">
        <Link to="/audit-log" search={{ target: id }} className={LINK}>
          All about this {what}
        </Link>
        {acts ? (
          <Link to="/audit-log" search={{ actor: id }} className={LINK}>
            {what === 'member' ? 'All that they did' : 'All that it did'}
          </Link>
        ) : null}
      </p>
    </>
  );
}

const LINK = 'text-accent-strong underline underline-offset-4';
