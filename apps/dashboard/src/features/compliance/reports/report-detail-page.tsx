import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { COMPLIANCE_REPORTS, type ComplianceReport } from '@tollkeeper/contract';
import { Download, FileText, Printer, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/forms/form-dialog.tsx';
import { LackedScope, LoadError } from '../../../components/notice.tsx';
import { EmptyState, Skeleton, usePageTitle } from '../../../components/page.tsx';
import { Fact, Facts, IdFact, Panel } from '../../../components/panel.tsx';
import { BackLink, RecordView } from '../../../components/record-page.tsx';
import { explainError } from '../../../lib/api-errors.ts';
import { counted, exactTime, formatCount } from '../../../lib/format.ts';
import { useCan } from '../../sessions/index.ts';
import {
  deleteReportMutation,
  downloadReportMutation,
  reportQuery,
  reportRowsQuery,
} from './queries.ts';
import { ReportTable } from './report-table.tsx';
import { subjectWords } from './report-words.ts';

interface ReportPageProps {
  readonly id: string;
  readonly onGone: () => void;
}

export function ReportPage({ id, onGone }: ReportPageProps) {
  const mayRead = useCan('compliance.read');
  const query = useQuery({ ...reportQuery(id), enabled: mayRead });
  usePageTitle(query.data ? COMPLIANCE_REPORTS[query.data.kind].title : 'Compliance report');
  if (!mayRead) return <LackedScope scope="compliance.read" what="reports" />;
  return (
    <>
      <BackLink to="/compliance/reports">Reports</BackLink>
      <RecordView query={query} title="Report" what="the report" gone={<Gone />}>
        {(report) => <ReportView report={report} onGone={onGone} />}
      </RecordView>
    </>
  );
}

interface ReportViewProps {
  readonly report: ComplianceReport;
  readonly onGone: () => void;
}

function ReportView({ report, onGone }: ReportViewProps) {
  const mayExport = useCan('compliance.export');
  const [isDeleting, setDeleting] = useState(false);
  const download = useMutation(downloadReportMutation);
  const remove = useMutation(deleteReportMutation);
  const { title } = COMPLIANCE_REPORTS[report.kind];

  async function save() {
    try {
      toast.success(`Saved ${await download.mutateAsync(report)}`);
    } catch (error) {
      toast.error(explainError(error));
    }
  }

  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-3">
        <h2 className="min-w-0 flex-[1_1_12rem] font-semibold text-lg">{title}</h2>
        {mayExport ? (
          <div className="flex flex-wrap gap-2">
            <Button pending={download.isPending} onClick={save}>
              <Download size={16} aria-hidden />
              Download CSV
            </Button>
            <Link
              to="/compliance/reports/$id/print"
              params={{ id: report.id }}
              className="inline-flex h-9 items-center gap-2 rounded-md border border-control/60 bg-surface px-3.5 font-medium hover:bg-hover"
            >
              <Printer size={16} aria-hidden />
              Print
            </Link>
            <Button look="danger" onClick={() => setDeleting(true)}>
              <Trash2 size={16} aria-hidden />
              Delete
            </Button>
          </div>
        ) : null}
      </div>
      <Panel className="mb-5">
        <Facts>
          <ReportFacts report={report} />
          <IdFact id={report.id} />
        </Facts>
      </Panel>
      <ReportRows report={report} />
      {isDeleting ? (
        <ConfirmDialog
          danger
          title={`Delete ${title}?`}
          description="Its contents are gone for good. The audit log keeps its digests, by which a file that you saved is recognized."
          confirmLabel="Delete report"
          onConfirm={async () => {
            await remove.mutateAsync(report.id);
            onGone();
          }}
          done="Deleted the report"
          onClose={() => setDeleting(false)}
        />
      ) : null}
    </>
  );
}

/** What the report is about, on its page and in print. */
export function ReportFacts({ report }: { readonly report: ComplianceReport }) {
  const subject = subjectWords(report);
  return (
    <>
      <Fact term="As of">{exactTime(report.asOf)}</Fact>
      {subject ? <Fact term="About">{subject}</Fact> : null}
      <Fact term="Rows">{formatCount(report.rowsCount)}</Fact>
      <Fact term="Made by">{report.createdBy.name}</Fact>
      <Fact term="SHA-256">
        <span className="font-mono text-xs">CSV {report.digests.csv}</span>
        <br />
        <span className="font-mono text-xs">JSON Lines {report.digests.jsonl}</span>
      </Fact>
    </>
  );
}

function ReportRows({ report }: { readonly report: ComplianceReport }) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    reportRowsQuery(report.id),
  );
  const rows = data?.pages.flatMap((page) => page.data);
  const label = `${COMPLIANCE_REPORTS[report.kind].title}, ${counted(report.rowsCount, 'row')}`;
  if (error && !rows) return <LoadError what="the rows" error={error} onRetry={refetch} />;
  return (
    <section aria-label="Rows" className="rounded-xl border border-line bg-surface">
      {rows ? null : <Skeleton className="m-5 h-40 w-[calc(100%-2.5rem)]" />}
      {rows?.length === 0 ? (
        <EmptyState icon={<FileText size={22} />} title="No rows">
          There was nothing to report.
        </EmptyState>
      ) : null}
      {rows && rows.length > 0 ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
        <section aria-label="Table" tabIndex={0} className="overflow-x-auto rounded-xl">
          <ReportTable caption={label} report={report} rows={rows} />
        </section>
      ) : null}
      {hasNextPage ? (
        <div className="border-line border-t px-5 py-3 text-center">
          <Button look="quiet" pending={isFetchingNextPage} onClick={() => fetchNextPage()}>
            Show more rows
          </Button>
        </div>
      ) : null}
    </section>
  );
}

function Gone() {
  return (
    <EmptyState icon={<FileText size={22} />} title="There is no such report">
      It was deleted, or belongs to another organization.
    </EmptyState>
  );
}
