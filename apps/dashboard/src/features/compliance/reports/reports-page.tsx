import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { COMPLIANCE_REPORTS, type ComplianceReport } from '@tollkeeper/contract';
import { FileText, Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { LackedScope, LoadError } from '../../../components/notice.tsx';
import { EmptyState, usePageTitle } from '../../../components/page.tsx';
import { CutText, type RecordColumn, RecordTable } from '../../../components/record-table.tsx';
import { TimeAgo } from '../../../components/time-ago.tsx';
import { formatCount } from '../../../lib/format.ts';
import { useCan } from '../../sessions/index.ts';
import { NewReportDialog } from './new-report-dialog.tsx';
import { reportsQuery } from './queries.ts';
import { subjectWords } from './report-words.ts';

interface ReportsPageProps {
  readonly onCreated: (id: string) => void;
}

export function ReportsPage({ onCreated }: ReportsPageProps) {
  usePageTitle('Compliance reports');
  const mayRead = useCan('compliance.read');
  const mayMake = useCan('compliance.export');
  const [isMaking, setMaking] = useState(false);
  const { data, error, refetch } = useQuery({ ...reportsQuery, enabled: mayRead });
  const make = mayMake ? (
    <Button look="primary" onClick={() => setMaking(true)}>
      <Plus size={16} aria-hidden />
      Make report
    </Button>
  ) : null;
  if (!mayRead) return <LackedScope scope="compliance.read" what="reports" />;
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose text-soft">
          A report shows one moment and never changes: its page, its file and its print are always
          the same.
        </p>
        {data?.length === 0 ? null : make}
      </div>
      {error && !data ? <LoadError what="the reports" error={error} onRetry={refetch} /> : null}
      {data || !error ? (
        <section aria-label="Reports" className="rounded-xl border border-line bg-surface">
          {data?.length === 0 ? (
            <EmptyState icon={<FileText size={22} />} title="No reports" action={make}>
              {mayMake
                ? 'Make one of the keys, the members or the roles as they are now.'
                : 'Reports are made by members who hold the scope compliance.export. You see those whose contents your role shows you elsewhere.'}
            </EmptyState>
          ) : (
            <RecordTable caption="Compliance reports" columns={COLUMNS} rows={data} />
          )}
        </section>
      ) : null}
      {isMaking ? <NewReportDialog onClose={() => setMaking(false)} onCreated={onCreated} /> : null}
    </>
  );
}

const COLUMNS: readonly RecordColumn<ComplianceReport>[] = [
  {
    header: 'Report',
    cell: (report) => (
      <>
        <Link
          to="/compliance/reports/$id"
          params={{ id: report.id }}
          className="block truncate font-medium underline-offset-4 hover:underline"
        >
          {COMPLIANCE_REPORTS[report.kind].title}
        </Link>
        <CutText text={subjectWords(report)} />
        <span className="text-[0.8125rem] text-soft sm:hidden">
          <TimeAgo at={report.asOf} />
        </span>
      </>
    ),
  },
  {
    header: 'As of',
    look: 'w-40 hidden sm:table-cell',
    cell: ({ asOf }) => <TimeAgo at={asOf} />,
  },
  { header: 'Rows', look: 'w-24 text-right', cell: ({ rowsCount }) => formatCount(rowsCount) },
  {
    header: 'Made by',
    look: 'hidden md:table-cell',
    cell: ({ createdBy }) => <CutText text={createdBy.name} />,
  },
];
