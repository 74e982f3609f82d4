import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AuditEventView } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import { ChevronLeft } from 'lucide-react';
import { LackedScope, LoadError } from '../../../components/notice.tsx';
import { EmptyState, PageHeader, Skeleton, usePageTitle } from '../../../components/page.tsx';
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
  const { data, error, refetch } = useQuery({ ...auditEventQuery(id), enabled: mayRead });
  usePageTitle(data ? actionWords(data.action) : 'Audit event');
  // An id that is none is refused as such, and leads to nothing either.
  const isGone = error instanceof ApiError && [400, 404, 422].includes(error.status);
  return (
    <>
      <Link
        to="/audit-log"
        search={listSearch}
        className="mb-2 -ml-1 inline-flex min-h-6 items-center gap-1 rounded-sm pr-1 text-soft hover:text-ink"
      >
        <ChevronLeft size={15} aria-hidden />
        Audit log
      </Link>
      {mayRead ? null : <LackedScope scope="audit.read" what="the audit log" />}
      {isGone ? <EventGone /> : null}
      {error && !isGone ? (
        <>
          <PageHeader title="Audit event" />
          <LoadError what="the event" error={error} onRetry={refetch} />
        </>
      ) : null}
      {mayRead && !data && !error ? (
        <div aria-busy="true">
          <PageHeader title={<Skeleton className="h-5 w-56" />} />
          <Skeleton className="h-80 w-full" />
        </div>
      ) : null}
      {data ? <EventView event={data} /> : null}
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
