import { useQuery } from '@tanstack/react-query';
import { History, SearchX } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { ListPager, pageNumber, usePageTop } from '../../../components/list-pager.tsx';
import { LoadError } from '../../../components/notice.tsx';
import { EmptyState } from '../../../components/page.tsx';
import { counted } from '../../../lib/format.ts';
import { joinClasses } from '../../../lib/join-classes.ts';
import { serverNow } from '../../../lib/server-clock.ts';
import { type AuditSearch, auditListQuery, isAuditFiltered } from '../../audit-events/index.ts';
import { LogLine } from '../log/log-line.tsx';
import { EventTable } from './event-table.tsx';
import { EventToolbar } from './event-toolbar.tsx';
import { LiveBar } from './live-bar.tsx';
import { useNewEvents } from './use-new-events.ts';

/** The list as its address has it. */
export interface EventListProps {
  readonly search: AuditSearch;
  /** Cursors of the pages before this one. */
  readonly trail: readonly string[];
  readonly onSearch: (search: AuditSearch, trail?: readonly string[]) => void;
}

/** Filters, the events that match, and those that come while somebody looks. */
export function EventListSection({ search, trail, onSearch }: EventListProps) {
  const now = useSpanEnd(search);
  const list = useQuery(auditListQuery(search, now));
  const { data, error, refetch, isPlaceholderData } = list;
  const [top, onTurn] = usePageTop(isPlaceholderData ? undefined : data);
  const [isPaused, setPaused] = useState(false);
  const news = useNewEvents({ search, now, list, top, isPaused });
  const events = data && [...news.shown, ...data.data];
  const isEmpty = events?.length === 0 && !isPlaceholderData;
  return (
    <section ref={top} aria-label="Events" className="scroll-mt-16 lg:scroll-mt-4">
      <LogLine />
      <EventToolbar search={search} onSearch={onSearch} />
      {error && !data ? (
        <LoadError what="the events" error={error} onRetry={refetch} />
      ) : (
        <>
          <LiveBar
            waitingCount={news.waitingCount}
            canFollow={news.canFollow}
            isPaused={isPaused}
            onPause={setPaused}
            onShow={() => {
              news.showWaiting();
              top.current?.scrollIntoView();
            }}
          />
          <div
            aria-busy={!data || isPlaceholderData}
            className="rounded-xl border border-line bg-surface"
          >
            {isEmpty ? (
              <NoEvents
                isFiltered={isAuditFiltered(search) || search.cursor !== undefined}
                isPartial={data?.nextCursor != null}
                onClear={() => onSearch({})}
              />
            ) : (
              <div className={joinClasses('transition-opacity', isPlaceholderData && 'opacity-50')}>
                <EventTable events={events} search={search} />
              </div>
            )}
            <ListPager
              label="Pages of events"
              words={events ? pageWords(events.length, pageNumber(search.cursor, trail)) : ''}
              search={search}
              trail={trail}
              list={list}
              onTurn={onTurn}
              onSearch={onSearch}
            />
          </div>
        </>
      )}
    </section>
  );
}

/** When the span of the search ends: the moment at which it was chosen, so that its pages fit together. */
function useSpanEnd({ span }: AuditSearch): number {
  const [end, setEnd] = useState(() => ({ span, now: serverNow() }));
  if (end.span === span) return end.now;
  const next = { span, now: serverNow() };
  setEnd(next);
  return next.now;
}

function pageWords(count: number, page: number): string {
  return page === 1 ? counted(count, 'event') : `Page ${page} · ${counted(count, 'event')}`;
}

interface NoEventsProps {
  readonly isFiltered: boolean;
  /** Whether older events are still to be searched. */
  readonly isPartial: boolean;
  readonly onClear: () => void;
}

function NoEvents({ isFiltered, isPartial, onClear }: NoEventsProps) {
  if (isPartial) {
    return (
      <EmptyState icon={<SearchX size={24} />} title="No event matches so far">
        <p>This search takes long. Choose Next to search older events.</p>
      </EmptyState>
    );
  }
  if (isFiltered) {
    return (
      <EmptyState
        icon={<SearchX size={24} />}
        title="No event matches"
        action={<Button onClick={onClear}>Clear filters</Button>}
      >
        <p>Change the search or the filters to see other events.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<History size={24} />} title="No events yet">
      <p>Every change and every sign-in is recorded here, with who did it, when and from where.</p>
    </EmptyState>
  );
}
