import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import type { AccessReview, ApiKey, ScopeReplay } from '@tollkeeper/contract';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/forms/form-dialog.tsx';
import { LoadError } from '../../../components/notice.tsx';
import { Panel } from '../../../components/panel.tsx';
import { api } from '../../../lib/api.ts';
import { counted, exactDay, formatCount } from '../../../lib/format.ts';
import { useCan } from '../../sessions/index.ts';
import { useKeyPermissions } from '../actions/key-menu.tsx';
import { updateKeyMutation } from '../queries.ts';

/** Below the key, so that an edit of it reads the review again. */
function reviewQuery({ id, etag }: ApiKey) {
  return queryOptions({
    queryKey: ['keys', 'review', id, etag],
    queryFn: ({ signal }) => api.getAccessReview({ params: { id } }, { signal }),
  });
}

/** Which scopes of the key its calls used, and fewer that would have been enough. */
export function KeyReview({ apiKey }: { readonly apiKey: ApiKey }) {
  const mayReview = useCan('compliance.read');
  const mayCount = useCan('usage.read');
  const isShown = mayReview && mayCount && apiKey.status !== 'revoked';
  const { data, error, refetch } = useQuery({ ...reviewQuery(apiKey), enabled: isShown });
  if (!isShown) return null;
  return (
    <Panel title="Access review">
      <div className="px-5 pb-5">
        {error && !data ? <LoadError what="the review" error={error} onRetry={refetch} /> : null}
        {data ? <ReviewView review={data} /> : null}
      </div>
    </Panel>
  );
}

function ReviewView({ review }: { readonly review: AccessReview }) {
  const [isApplying, setApplying] = useState(false);
  const { mayEdit } = useKeyPermissions();
  const unused = review.scopes.filter(({ use }) => use === 'unused');
  return (
    <>
      <p className="max-w-prose text-soft">{adviceText(review)}</p>
      {unused.length > 0 && review.calls > 0 ? (
        <>
          <h3 className="mt-4 mb-1.5 font-medium">Unused since {exactDay(review.recordedSince)}</h3>
          <ul className="flex flex-wrap gap-x-4 gap-y-1">
            {unused.map(({ name }) => (
              <li key={name}>
                <code className="font-mono text-[0.8125rem] [overflow-wrap:anywhere]">{name}</code>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {review.proposedScopes && mayEdit ? (
        <Button className="mt-4" onClick={() => setApplying(true)}>
          Remove unused scopes
        </Button>
      ) : null}
      {isApplying && review.proposedScopes ? (
        <ApplyDialog
          review={review}
          scopes={review.proposedScopes}
          onClose={() => setApplying(false)}
        />
      ) : null}
    </>
  );
}

interface ApplyDialogProps {
  readonly review: AccessReview;
  readonly scopes: string[];
  readonly onClose: () => void;
}

function ApplyDialog({ review, scopes, onClose }: ApplyDialogProps) {
  const update = useMutation(updateKeyMutation);
  const { id, name, etag, replay } = review;
  const removed = review.scopes.map((each) => each.name).filter((each) => !scopes.includes(each));
  return (
    <ConfirmDialog
      title={`Remove ${counted(removed.length, 'scope')} from ${name}?`}
      description={`${replayText(replay)} You can add the scopes again at any time.`}
      confirmLabel="Remove scopes"
      onConfirm={() => update.mutateAsync({ params: { id }, body: { scopes, etag } })}
      done={`Removed ${counted(removed.length, 'scope')} from ${name}`}
      onClose={onClose}
    >
      <ul className="flex flex-col gap-1">
        {removed.map((each) => (
          <li key={each}>
            <code className="font-mono text-[0.8125rem] [overflow-wrap:anywhere]">{each}</code>
          </li>
        ))}
      </ul>
    </ConfirmDialog>
  );
}

function adviceText({ advice, scopes, calls, unknownCalls, replay }: AccessReview): string {
  const used = scopes.filter(({ use }) => use !== 'unused').length;
  switch (advice) {
    case 'reduce':
      return `Its calls used ${used} of ${counted(scopes.length, 'scope')}. With these alone, ${lowerFirst(replayText(replay))}`;
    case 'keep':
      return `Its ${counted(calls, 'call')} of the last 90 days used what it has.`;
    case 'revoke':
      return 'No call of this key was accepted in the last 90 days. If nobody needs it, revoke it.';
    case 'wait':
      return unknownCalls > 0
        ? `What ${counted(unknownCalls, 'call')} needed is not known: they came through a gateway of an earlier version, or a policy asks for all scopes of the key.`
        : 'Not enough calls were recorded yet.';
  }
}

function replayText({ calls, refused }: ScopeReplay): string {
  return `${formatCount(refused)} of ${counted(calls, 'call')} would have been refused.`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
