import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  KEY_REVIEW_OUTCOMES,
  type KeyReview,
  type KeyReviewOutcome,
  type ReviewCampaign,
} from '@tollkeeper/contract';
import { ListChecks } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { ChoiceChips } from '../../../components/forms/choices.tsx';
import { LackedScope, LoadError, Notice } from '../../../components/notice.tsx';
import { EmptyState, usePageTitle } from '../../../components/page.tsx';
import { Fact, Facts, IdFact, Panel } from '../../../components/panel.tsx';
import { BackLink, RecordView } from '../../../components/record-page.tsx';
import { CutText, type RecordColumn, RecordTable } from '../../../components/record-table.tsx';
import { TimeAgo } from '../../../components/time-ago.tsx';
import { exactTime, formatCount } from '../../../lib/format.ts';
import { type CampaignAction, CampaignDialogs } from './campaign-dialogs.tsx';
import { CampaignProgress, CampaignStatus, OUTCOME_WORDS } from './campaign-words.tsx';
import { useLackedScope } from './campaigns-page.tsx';
import { campaignQuery, keyReviewsQuery } from './queries.ts';

interface CampaignPageProps {
  readonly id: string;
  readonly onGone: () => void;
}

export function CampaignPage({ id, onGone }: CampaignPageProps) {
  const lacked = useLackedScope();
  const query = useQuery({ ...campaignQuery(id), enabled: !lacked });
  usePageTitle(query.data?.name ?? 'Review campaign');
  if (lacked) return <LackedScope scope={lacked} what="review campaigns" />;
  return (
    <>
      <BackLink to="/compliance/campaigns">Review campaigns</BackLink>
      <RecordView query={query} title="Review campaign" what="the campaign" gone={<Gone />}>
        {(campaign) => <CampaignView campaign={campaign} onGone={onGone} />}
      </RecordView>
    </>
  );
}

interface CampaignViewProps {
  readonly campaign: ReviewCampaign;
  readonly onGone: () => void;
}

function CampaignView({ campaign, onGone }: CampaignViewProps) {
  const mayChange = useLackedScope(true) === undefined;
  const [action, setAction] = useState<CampaignAction>();
  const isRunning = campaign.status === 'running';
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-3">
        <h2 className="min-w-0 flex-[1_1_12rem] font-semibold text-lg [overflow-wrap:anywhere]">
          {campaign.name}
        </h2>
        {mayChange && isRunning ? (
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => setAction('edit')}>Edit</Button>
            <Button onClick={() => setAction('end')}>End now</Button>
            <Button look="danger" onClick={() => setAction('cancel')}>
              Cancel campaign
            </Button>
          </div>
        ) : null}
        {mayChange && campaign.endedAt !== null ? (
          <Button look="danger" onClick={() => setAction('delete')}>
            Delete
          </Button>
        ) : null}
      </div>
      {isRunning && !campaign.reviewerCanReview ? (
        <div className="mb-4">
          <Notice tone="warn" title={`${campaign.reviewer.name} can no longer review`}>
            Choose another reviewer: nobody is asked about keys whose owner cannot decide.
          </Notice>
        </div>
      ) : null}
      <Panel className="mb-5">
        <Facts>
          <Fact term="Progress">
            <CampaignProgress campaign={campaign} />
          </Fact>
          <Fact term="Status">
            <CampaignStatus status={campaign.status} />
          </Fact>
          <Fact term={campaign.endedAt === null ? 'Ends' : 'Ended'}>
            {exactTime(campaign.endsAt)}
          </Fact>
          <Fact term="At the end">
            {campaign.disablesUnconfirmed ? 'Disables what nobody confirmed' : 'Changes no key'}
          </Fact>
          <Fact term="Reviewer">{campaign.reviewer.name}</Fact>
          <Fact term="Started by">{campaign.createdBy.name}</Fact>
          <IdFact id={campaign.id} />
        </Facts>
      </Panel>
      <KeyReviews campaign={campaign} />
      <CampaignDialogs
        action={action}
        campaign={campaign}
        onClose={() => setAction(undefined)}
        onGone={onGone}
      />
    </>
  );
}

function KeyReviews({ campaign: { id, counts } }: { readonly campaign: ReviewCampaign }) {
  const [outcome, setOutcome] = useState<KeyReviewOutcome>();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    keyReviewsQuery(id, outcome),
  );
  const rows = data?.pages.flatMap((page) =>
    page.data.map((each) => ({ ...each, id: each.keyId })),
  );
  const shown = KEY_REVIEW_OUTCOMES.filter((each) => counts[each] > 0);
  return (
    <section aria-label="Keys" className="rounded-xl border border-line bg-surface">
      <div className="p-4">
        <ChoiceChips
          name="outcome"
          value={outcome ?? 'all'}
          onChoose={(each) => setOutcome(each === 'all' ? undefined : each)}
          choices={[
            { value: 'all', label: 'All' },
            ...shown.map((each) => ({
              value: each,
              label: `${OUTCOME_WORDS[each]} (${formatCount(counts[each])})`,
            })),
          ]}
        />
      </div>
      {error && !rows ? <LoadError what="the keys" error={error} onRetry={refetch} /> : null}
      {rows?.length === 0 ? (
        <p className="px-5 pb-5 text-soft">No key has this outcome.</p>
      ) : (
        <RecordTable caption="Keys of the campaign" columns={COLUMNS} rows={rows} />
      )}
      {hasNextPage ? (
        <div className="border-line border-t px-5 py-3 text-center">
          <Button look="quiet" pending={isFetchingNextPage} onClick={() => fetchNextPage()}>
            Show more keys
          </Button>
        </div>
      ) : null}
    </section>
  );
}

const COLUMNS: readonly RecordColumn<KeyReview & { readonly id: string }>[] = [
  {
    header: 'Key',
    cell: ({ keyId, keyName, outcome }) => (
      <>
        {outcome === 'deleted' ? (
          <CutText text={keyName} />
        ) : (
          <Link
            to="/api-keys/$id"
            params={{ id: keyId }}
            className="block truncate font-medium underline-offset-4 hover:underline"
            title={keyName}
          >
            {keyName}
          </Link>
        )}
        <span className="text-[0.8125rem] text-soft sm:hidden">{OUTCOME_WORDS[outcome]}</span>
      </>
    ),
  },
  {
    header: 'Outcome',
    look: 'w-36 hidden sm:table-cell',
    cell: ({ outcome }) => OUTCOME_WORDS[outcome],
  },
  {
    header: 'Owner',
    look: 'hidden md:table-cell',
    cell: ({ ownerName }) => <CutText text={ownerName ?? '–'} />,
  },
  { header: 'Decided by', look: 'w-36 sm:w-56', cell: (review) => <Decider review={review} /> },
];

/** Who decided and when, or who is asked. */
function Decider({ review }: { readonly review: KeyReview }) {
  const { reviewer, decidedBy, decidedAt, outcome } = review;
  if (outcome === 'pending') return <CutText text={`Asked: ${reviewer?.name ?? 'nobody'}`} />;
  if (decidedAt === null) return <CutText text="–" />;
  return (
    <span className="block truncate">
      {decidedBy ?? 'Tollkeeper'}, <TimeAgo at={decidedAt} />
    </span>
  );
}

function Gone() {
  return (
    <EmptyState icon={<ListChecks size={22} />} title="There is no such review campaign">
      It was deleted, or belongs to another organization.
    </EmptyState>
  );
}
