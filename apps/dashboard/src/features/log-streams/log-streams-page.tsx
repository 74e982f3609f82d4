import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type LogStream, lagWords } from '@tollkeeper/contract';
import { Plus, Share2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LackedScope, LoadError, Notice } from '../../components/notice.tsx';
import { EmptyState, PageHeader, usePageTitle } from '../../components/page.tsx';
import { CutText, type RecordColumn, RecordTable } from '../../components/record-table.tsx';
import { formatCount } from '../../lib/format.ts';
import { useCan } from '../sessions/index.ts';
import { placeWords, StreamHealth } from './log-stream-words.tsx';
import { NewLogStreamDialog } from './new-log-stream-dialog.tsx';
import { logStreamsQuery } from './queries.ts';

export function LogStreamsPage() {
  usePageTitle('Log streams');
  const mayManage = useCan('audit.webhook_manage');
  const mayReadEvents = useCan('audit.read');
  const [isCreating, setCreating] = useState(false);
  const { data, error, refetch } = useQuery({ ...logStreamsQuery, enabled: mayManage });
  const create =
    mayManage && mayReadEvents ? (
      <Button look="primary" onClick={() => setCreating(true)}>
        <Plus size={16} aria-hidden />
        Create stream
      </Button>
    ) : null;
  return (
    <>
      <PageHeader
        title="Log streams"
        lead="A log stream sends the whole audit log to a log system of yours, in order, and goes on with what happens from then on."
      >
        {data?.length === 0 ? null : create}
      </PageHeader>
      {mayManage ? null : <LackedScope scope="audit.webhook_manage" what="log streams" />}
      {mayManage && !mayReadEvents ? (
        <div className="mb-5">
          <Notice tone="info" title="Your role does not allow you to create streams">
            A stream sends whole audit events, and your role lacks the scope{' '}
            <code className="font-mono">audit.read</code>. Ask an admin of the organization for a
            role that holds it.
          </Notice>
        </div>
      ) : null}
      {error && !data ? <LoadError what="the streams" error={error} onRetry={refetch} /> : null}
      {mayManage && (data || !error) ? (
        <section aria-label="Streams" className="rounded-xl border border-line bg-surface">
          {data?.length === 0 ? (
            <EmptyState icon={<Share2 size={22} />} title="No log streams" action={create}>
              Create one to send the audit log to Splunk, Datadog, a collector, or a bucket.
            </EmptyState>
          ) : (
            <RecordTable caption="Log streams" columns={COLUMNS} rows={data} />
          )}
        </section>
      ) : null}
      {isCreating ? <NewLogStreamDialog onClose={() => setCreating(false)} /> : null}
    </>
  );
}

const COLUMNS: readonly RecordColumn<LogStream>[] = [
  {
    header: 'Name',
    cell: (stream) => (
      <>
        <Link
          to="/log-streams/$id"
          params={{ id: stream.id }}
          className="block truncate font-medium underline-offset-4 hover:underline"
          title={stream.name}
        >
          {stream.name}
        </Link>
        <CutText text={placeWords(stream)} />
        <span className="text-[0.8125rem] sm:hidden">
          <StreamHealth {...stream} />
        </span>
      </>
    ),
  },
  {
    header: 'Health',
    look: 'w-32 hidden sm:table-cell',
    cell: (stream) => <StreamHealth {...stream} />,
  },
  {
    header: 'Backlog',
    look: 'w-28 hidden sm:table-cell',
    cell: ({ backlogCount }) => formatCount(backlogCount),
  },
  {
    header: 'Lag',
    look: 'w-24 hidden sm:table-cell',
    cell: ({ lagSeconds }) => lagWords(lagSeconds),
  },
];
