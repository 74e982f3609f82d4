import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { COMPLIANCE_REPORTS, type ComplianceReport, PRINTED_ROWS_MAX } from '@tollkeeper/contract';
import { Printer } from 'lucide-react';
import { Button } from '../../../components/button.tsx';
import { LackedScope, LoadError } from '../../../components/notice.tsx';
import { Skeleton, usePageTitle } from '../../../components/page.tsx';
import { formatCount } from '../../../lib/format.ts';
import { useCan, useIdentity } from '../../sessions/index.ts';
import { printedRowsQuery, reportQuery } from './queries.ts';
import { ReportFacts } from './report-detail-page.tsx';
import { ReportTable } from './report-table.tsx';

/** A report as it is printed, on white paper whatever the theme is. */
export function ReportPrintPage({ id }: { readonly id: string }) {
  const mayRead = useCan('compliance.read');
  const mayExport = useCan('compliance.export');
  const { data, error, refetch } = useQuery({ ...reportQuery(id), enabled: mayRead && mayExport });
  usePageTitle(data ? COMPLIANCE_REPORTS[data.kind].title : 'Compliance report');
  return (
    <main className="paper">
      <p className="no-print mb-5 flex flex-wrap items-center gap-4">
        <Button look="primary" onClick={() => print()}>
          <Printer size={16} aria-hidden />
          Print
        </Button>
        <Link to="/compliance/reports/$id" params={{ id }} className="underline underline-offset-4">
          Back to the report
        </Link>
      </p>
      {mayRead ? null : <LackedScope scope="compliance.read" what="reports" />}
      {mayRead && !mayExport ? (
        <LackedScope scope="compliance.export" what="printed reports" />
      ) : null}
      {error ? <LoadError what="the report" error={error} onRetry={refetch} /> : null}
      {data ? <Printed report={data} /> : null}
    </main>
  );
}

function Printed({ report }: { readonly report: ComplianceReport }) {
  const { organization } = useIdentity();
  const { data, error, refetch } = useQuery(printedRowsQuery(report.id));
  const { title, description } = COMPLIANCE_REPORTS[report.kind];
  return (
    <>
      <h1 className="font-semibold text-xl">{title}</h1>
      <p className="text-soft">{organization.name}</p>
      <p className="mt-2 max-w-prose">{description}.</p>
      <dl className="my-4">
        <ReportFacts report={report} />
      </dl>
      {report.rowsCount > PRINTED_ROWS_MAX ? (
        <p className="mb-3 font-medium">
          Only the first {formatCount(PRINTED_ROWS_MAX)} of {formatCount(report.rowsCount)} rows are
          printed. The CSV file has all of them.
        </p>
      ) : null}
      {error ? <LoadError what="the rows" error={error} onRetry={refetch} /> : null}
      {data || error ? null : <Skeleton className="h-40 w-full" />}
      {data ? <ReportTable caption={title} report={report} rows={data} /> : null}
      {data?.length === 0 ? <p>There was nothing to report.</p> : null}
    </>
  );
}
