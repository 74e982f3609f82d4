import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReviewCampaign, Scope } from '@tollkeeper/contract';
import { ListChecks, Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { LackedScope, LoadError } from '../../../components/notice.tsx';
import { EmptyState, usePageTitle } from '../../../components/page.tsx';
import { type RecordColumn, RecordTable } from '../../../components/record-table.tsx';
import { exactDay } from '../../../lib/format.ts';
import { useIdentity } from '../../sessions/index.ts';

import { CampaignProgress, CampaignStatus } from './campaign-words.tsx';
import { campaignsQuery } from './queries.ts';
import { StartCampaignDialog } from './start-campaign-dialog.tsx';

const FOR_SEEING = ['compliance.read', 'api_keys.read', 'api_keys.manage_all'] as const;

/** The first scope that the member lacks to see, or to change, campaigns. */
export function useLackedScope(changes = false): Scope | undefined {
  const { scopes } = useIdentity();
  const needed: readonly Scope[] = changes ? [...FOR_SEEING, 'api_keys.revoke'] : FOR_SEEING;
  return needed.find((scope) => !scopes.includes(scope));
}

interface CampaignsPageProps {
  readonly onStarted: (id: string) => void;
}

export function CampaignsPage({ onStarted }: CampaignsPageProps) {
  usePageTitle('Review campaigns');
  const lacked = useLackedScope();
  const mayStart = useLackedScope(true) === undefined;
  const [isStarting, setStarting] = useState(false);
  const { data, error, refetch } = useQuery({ ...campaignsQuery, enabled: !lacked });
  if (lacked) return <LackedScope scope={lacked} what="review campaigns" />;
  const start = mayStart ? (
    <Button look="primary" onClick={() => setStarting(true)}>
      <Plus size={16} aria-hidden />
      Start campaign
    </Button>
  ) : null;
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose text-soft">
          A campaign asks the owner of each key to confirm or revoke it until a date.
        </p>
        {data?.length === 0 ? null : start}
      </div>
      {error && !data ? <LoadError what="the campaigns" error={error} onRetry={refetch} /> : null}
      {data || !error ? (
        <section aria-label="Campaigns" className="rounded-xl border border-line bg-surface">
          {data?.length === 0 ? (
            <EmptyState icon={<ListChecks size={22} />} title="No review campaigns" action={start}>
              Start one to have every key looked at by the person who owns it.
            </EmptyState>
          ) : (
            <RecordTable caption="Review campaigns" columns={COLUMNS} rows={data} />
          )}
        </section>
      ) : null}
      {isStarting ? (
        <StartCampaignDialog onClose={() => setStarting(false)} onStarted={onStarted} />
      ) : null}
    </>
  );
}

const COLUMNS: readonly RecordColumn<ReviewCampaign>[] = [
  {
    header: 'Campaign',
    cell: ({ id, name, status }) => (
      <>
        <Link
          to="/compliance/campaigns/$id"
          params={{ id }}
          className="block truncate font-medium underline-offset-4 hover:underline"
          title={name}
        >
          {name}
        </Link>
        <span className="text-[0.8125rem] sm:hidden">
          <CampaignStatus status={status} />
        </span>
      </>
    ),
  },
  {
    header: 'Status',
    look: 'w-32 hidden sm:table-cell',
    cell: ({ status }) => <CampaignStatus status={status} />,
  },
  {
    header: 'Progress',
    look: 'w-40 sm:w-56',
    cell: (campaign) => <CampaignProgress campaign={campaign} />,
  },
  { header: 'Ends', look: 'w-32 hidden md:table-cell', cell: ({ endsAt }) => exactDay(endsAt) },
];
