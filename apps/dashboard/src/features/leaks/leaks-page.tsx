import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Leak, LeakStatus } from '@tollkeeper/contract';
import { Siren } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LackedScope, LoadError } from '../../components/notice.tsx';
import { EmptyState, PageHeader, usePageTitle } from '../../components/page.tsx';
import { CutText, type RecordColumn, RecordTable } from '../../components/record-table.tsx';
import { type StatusTone, StatusWord } from '../../components/status-word.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { useCan } from '../sessions/index.ts';
import { LeakDialog, ReportLeakDialog } from './leak-dialogs.tsx';
import { LeakSettingsPanel } from './leak-settings.tsx';
import { ACTION_WORDS, REPORTER_WORDS } from './leak-words.ts';
import { leaksQuery } from './queries.ts';

export function LeaksPage() {
  usePageTitle('Leaks');
  const mayRead = useCan('integrations.read');
  const [isReporting, setReporting] = useState(false);
  const [opened, setOpened] = useState<Leak>();
  const list = useInfiniteQuery({ ...leaksQuery, enabled: mayRead });
  const leaks = list.data?.pages.flatMap(({ data }) => data);
  return (
    <>
      <PageHeader
        title="Leaks"
        lead="Keys that were found where they should not be: by GitHub, by somebody who holds them, or by a member."
      >
        <Button look="primary" onClick={() => setReporting(true)}>
          Report a key
        </Button>
      </PageHeader>
      {mayRead ? null : <LackedScope scope="integrations.read" what="reports of leaks" />}
      {list.error && !leaks ? (
        <LoadError what="the reports" error={list.error} onRetry={list.refetch} />
      ) : null}
      {mayRead && (leaks || !list.error) ? (
        <div className="flex flex-col gap-5">
          <section aria-label="Reports" className="rounded-xl border border-line bg-surface">
            {leaks?.length === 0 ? (
              <EmptyState icon={<Siren size={22} />} title="No leaks reported">
                What GitHub finds in public, and what "tollkeeper scan --report" finds in files,
                appears here.
              </EmptyState>
            ) : (
              <RecordTable
                caption="Reports of leaked keys"
                columns={columnsFor(setOpened)}
                rows={leaks}
              />
            )}
            {list.hasNextPage ? (
              <p className="border-line border-t px-4 py-2">
                <Button
                  size="small"
                  pending={list.isFetchingNextPage}
                  onClick={() => list.fetchNextPage()}
                >
                  Show older reports
                </Button>
              </p>
            ) : null}
          </section>
          <LeakSettingsPanel />
        </div>
      ) : null}
      {isReporting ? <ReportLeakDialog onClose={() => setReporting(false)} /> : null}
      {opened ? <LeakDialog leak={opened} onClose={() => setOpened(undefined)} /> : null}
    </>
  );
}

const STATUS_LOOKS: Readonly<
  Record<LeakStatus, { readonly word: string; readonly tone: StatusTone }>
> = {
  open: { word: 'Open', tone: 'bad' },
  resolved: { word: 'Resolved', tone: 'good' },
  dismissed: { word: 'Dismissed', tone: 'off' },
};

function statusWord(status: LeakStatus) {
  const { word, tone } = STATUS_LOOKS[status];
  return <StatusWord tone={tone}>{word}</StatusWord>;
}

function columnsFor(open: (leak: Leak) => void): readonly RecordColumn<Leak>[] {
  return [
    {
      header: 'Key',
      cell: ({ key, url, source, status, createdAt }) => (
        <>
          <Link
            to="/api-keys/$id"
            params={{ id: key.id }}
            className="block truncate font-medium underline-offset-4 hover:underline"
            title={key.name}
          >
            {key.name}
          </Link>
          <CutText text={url ?? source ?? 'No place given'} />
          <span className="flex flex-wrap gap-x-3 text-[0.8125rem] text-soft sm:hidden">
            {statusWord(status)}
            <TimeAgo at={createdAt} />
          </span>
        </>
      ),
    },
    {
      header: 'Status',
      look: 'w-32 hidden sm:table-cell',
      cell: ({ status }) => statusWord(status),
    },
    {
      header: 'Done',
      look: 'w-32 hidden lg:table-cell',
      cell: ({ action }) => ACTION_WORDS[action],
    },
    {
      header: 'Reported by',
      look: 'w-36 hidden lg:table-cell',
      cell: ({ reporter, reportedBy }) => (
        <CutText text={reportedBy?.name ?? REPORTER_WORDS[reporter]} />
      ),
    },
    {
      header: 'Reported',
      look: 'w-32 hidden cell-small md:table-cell',
      cell: ({ createdAt }) => <TimeAgo at={createdAt} />,
    },
    {
      header: 'Report',
      look: 'w-20',
      cell: (leak) => (
        <Button
          size="small"
          aria-label={`Open the report of ${leak.key.name}`}
          onClick={() => open(leak)}
        >
          Open
        </Button>
      ),
    },
  ];
}
