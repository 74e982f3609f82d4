import { useQuery } from '@tanstack/react-query';
import type { AuditEventView } from '@tollkeeper/contract';
import { LackedScope } from '../../../components/notice.tsx';
import { EmptyState, PageHeader, usePageTitle } from '../../../components/page.tsx';
import { BackLink, RecordView } from '../../../components/record-page.tsx';
import { type AuditSearch, actionWords, auditEventQuery } from '../../audit-events/index.ts';
import { useCan } from '../../sessions/index.ts';
import { EventChanges } from './event-changes.tsx';
import { EventFacts } from './event-facts.tsx';

interface AuditEventPageProps {
  readonly id: string;
  /** The list that led here. */
  readonly listSearch: AuditSearch;
}

export function AuditEventPage({ id, listSearch }: AuditEventPageProps) {
  const mayRead = useCan('audit.read');
  const query = useQuery({ ...auditEventQuery(id), enabled: mayRead });
  usePageTitle(query.data ? actionWords(query.data.action) : 'Audit event');
  return (
    <>
      <BackLink to="/audit-log" search={listSearch}>
        Audit log
      </BackLink>
      {mayRead ? (
        <RecordView query={query} title="Audit event" what="the event" gone={<EventGone />}>
          {(event) => <EventView event={event} />}
        </RecordView>
      ) : (
        <LackedScope scope="audit.read" what="the audit log" />
      )}
    </>
  );
}

function EventView({ event }: { readonly event: AuditEventView }) {
  return (
    <>
      <PageHeader title={actionWords(event.action)} />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_26rem]">
        <div className="order-2 min-w-0 xl:order-1">
          <EventChanges event={event} />
        </div>
        <div className="order-1 min-w-0 xl:order-2">
          <EventFacts event={event} />
        </div>
      </div>
    </>
  );
}

function EventGone() {
  return (
    <>
      <PageHeader title="Event not found" />
      <div className="rounded-xl border border-line bg-surface">
        <EmptyState title="There is no such event">
          It belongs to another organization, or is older than this organization keeps events.
        </EmptyState>
      </div>
    </>
  );
}
