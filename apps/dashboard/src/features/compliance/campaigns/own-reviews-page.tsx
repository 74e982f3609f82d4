import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { OwnKeyReview } from '@tollkeeper/contract';
import { ListChecks } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/forms/form-dialog.tsx';
import { LackedScope, LoadError } from '../../../components/notice.tsx';
import { EmptyState, usePageTitle } from '../../../components/page.tsx';
import { CutText, type RecordColumn, RecordTable } from '../../../components/record-table.tsx';
import { TimeAgo } from '../../../components/time-ago.tsx';
import { explainError } from '../../../lib/api-errors.ts';
import { counted, exactDay, formatCount } from '../../../lib/format.ts';
import { useCan } from '../../sessions/index.ts';
import { waitingWords } from './campaign-words.tsx';
import { confirmMutation, ownReviewsQuery, revokeReviewedMutation } from './queries.ts';

/** The keys that wait for the member: each is confirmed or revoked. */
export function OwnReviewsPage() {
  usePageTitle('Keys for you to review');
  const mayRead = useCan('api_keys.read');
  const mayDecide = useCan('api_keys.revoke');
  const { data, error, refetch } = useQuery({ ...ownReviewsQuery, enabled: mayRead });
  const confirm = useMutation(confirmMutation);
  const revoke = useMutation(revokeReviewedMutation);
  const [revoking, setRevoking] = useState<OwnKeyReview>();
  const [isConfirmingAll, setConfirmingAll] = useState(false);
  if (!mayRead) return <LackedScope scope="api_keys.read" what="keys to review" />;
  const reviews = data?.data ?? [];
  const rows = data && reviews.map((each) => ({ ...each, id: `${each.campaignId} ${each.keyId}` }));

  async function confirmOne(review: OwnKeyReview) {
    try {
      const { refused } = await confirm.mutateAsync([review]);
      if (refused[0] === undefined) toast.success(`Confirmed ${review.keyName}`);
      else toast.error(refused[0]);
    } catch (failure) {
      toast.error(explainError(failure));
    }
  }

  const decide: RecordColumn<OwnKeyReview> = {
    header: 'Decision',
    look: 'w-48',
    cell: (review) =>
      mayDecide ? (
        <span className="flex flex-wrap gap-2">
          <Button
            size="small"
            aria-label={`Confirm ${review.keyName}`}
            onClick={() => confirmOne(review)}
          >
            Confirm
          </Button>
          <Button
            size="small"
            look="danger"
            aria-label={`Revoke ${review.keyName}`}
            onClick={() => setRevoking(review)}
          >
            Revoke
          </Button>
        </span>
      ) : null,
  };
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose text-soft">
          Confirm each key that is still needed as it is, and revoke the others.
        </p>
        {mayDecide && reviews.length > 1 ? (
          <Button onClick={() => setConfirmingAll(true)}>
            Confirm {formatCount(reviews.length)} keys
          </Button>
        ) : null}
      </div>
      {error && !data ? <LoadError what="the keys" error={error} onRetry={refetch} /> : null}
      {data || !error ? (
        <section aria-label="Keys to review" className="rounded-xl border border-line bg-surface">
          {rows?.length === 0 ? (
            <EmptyState icon={<ListChecks size={22} />} title="Nothing to review">
              No key waits for you. When a review campaign asks about one, it is listed here.
            </EmptyState>
          ) : (
            <RecordTable
              caption="Keys for you to review"
              columns={[...COLUMNS, decide]}
              rows={rows}
            />
          )}
          {data && data.totalCount > reviews.length ? (
            <p className="border-line border-t px-5 py-2.5 text-[0.8125rem] text-soft">
              The first {formatCount(reviews.length)} of {waitingWords(data.totalCount)}. The others
              follow once you have decided about these.
            </p>
          ) : null}
        </section>
      ) : null}
      {revoking ? (
        <ConfirmDialog
          danger
          title={`Revoke ${revoking.keyName}?`}
          description="It stops working at once, everywhere, and for good."
          confirmLabel="Revoke key"
          onConfirm={() => revoke.mutateAsync(revoking.keyId)}
          done={`Revoked ${revoking.keyName}`}
          onClose={() => setRevoking(undefined)}
        />
      ) : null}
      {isConfirmingAll ? (
        <ConfirmDialog
          title={`Confirm ${counted(reviews.length, 'key')}?`}
          description="You confirm that each of them is still needed as it is. The audit log records it with your name."
          confirmLabel="Confirm keys"
          onConfirm={async () => {
            const { refused } = await confirm.mutateAsync(reviews);
            if (refused[0] !== undefined) throw new Error(refused[0]);
          }}
          done={`Confirmed ${counted(reviews.length, 'key')}`}
          onClose={() => setConfirmingAll(false)}
        />
      ) : null}
    </>
  );
}

const COLUMNS: readonly RecordColumn<OwnKeyReview>[] = [
  {
    header: 'Key',
    cell: ({ keyId, keyName, campaignName }) => (
      <>
        <Link
          to="/api-keys/$id"
          params={{ id: keyId }}
          className="block truncate font-medium underline-offset-4 hover:underline"
          title={keyName}
        >
          {keyName}
        </Link>
        <CutText text={campaignName} />
      </>
    ),
  },
  {
    header: 'Scopes',
    look: 'hidden lg:table-cell',
    cell: ({ scopes }) => <CutText text={scopes.join(', ')} />,
  },
  {
    header: 'Last used',
    look: 'w-32 hidden cell-small md:table-cell',
    cell: ({ lastUsedAt }) => (lastUsedAt ? <TimeAgo at={lastUsedAt} /> : 'Never'),
  },
  {
    header: 'Until',
    look: 'w-32 hidden sm:table-cell',
    cell: ({ endsAt }) => exactDay(endsAt),
  },
];
