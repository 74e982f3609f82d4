import { Download } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { LackedScope } from '../../../components/notice.tsx';
import { PageHeader, usePageTitle } from '../../../components/page.tsx';
import { useCan } from '../../sessions/index.ts';
import { ExportDialog } from '../export/export-dialog.tsx';
import { type EventListProps, EventListSection } from './event-list-section.tsx';

export function AuditLogPage(props: EventListProps) {
  usePageTitle('Audit log');
  const mayRead = useCan('audit.read');
  const mayExport = useCan('audit.export');
  const [isExporting, setExporting] = useState(false);
  return (
    <>
      <PageHeader title="Audit log">
        {mayExport ? (
          <Button onClick={() => setExporting(true)}>
            <Download size={15} aria-hidden />
            Export
          </Button>
        ) : null}
      </PageHeader>
      {mayRead ? (
        <EventListSection {...props} />
      ) : (
        <LackedScope scope="audit.read" what="the audit log" />
      )}
      {isExporting ? (
        <ExportDialog search={props.search} onClose={() => setExporting(false)} />
      ) : null}
    </>
  );
}
