import { LackedScope } from '../../../components/notice.tsx';
import { PageHeader, usePageTitle } from '../../../components/page.tsx';
import { useCan } from '../../sessions/index.ts';
import { type EventListProps, EventListSection } from './event-list-section.tsx';

export function AuditLogPage(props: EventListProps) {
  usePageTitle('Audit log');
  const mayRead = useCan('audit.read');
  return (
    <>
      <PageHeader title="Audit log" />
      {mayRead ? (
        <EventListSection {...props} />
      ) : (
        <LackedScope scope="audit.read" what="the audit log" />
      )}
    </>
  );
}
