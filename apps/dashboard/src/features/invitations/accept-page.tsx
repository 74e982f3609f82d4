import { useQuery } from '@tanstack/react-query';
import { ApiError } from '@tollkeeper/sdk';
import { LoadError, Notice } from '../../components/notice.tsx';
import { EntryPage, usePageTitle } from '../../components/page.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { explainError } from '../../lib/api-errors.ts';
import { fragmentToken } from '../../lib/page-address.ts';
import { AcceptSteps } from './accept-steps.tsx';
import { invitationOfLinkQuery } from './queries.ts';

export const ACCEPT_PATH = '/accept-invitation';

interface AcceptPageProps {
  readonly onAccepted: (organizationId: string) => Promise<void>;
}

/** Where the link of an invitation leads. The token is in memory only: no address bar keeps it. */
export function AcceptPage({ onAccepted }: AcceptPageProps) {
  usePageTitle('Invitation');
  const token = fragmentToken(ACCEPT_PATH);
  const { data, error, refetch } = useQuery(invitationOfLinkQuery(token));
  const dead = error instanceof ApiError && error.code === 'invitation_invalid';
  return (
    <EntryPage
      title={data ? `Join ${data.organizationName}` : 'Invitation'}
      lead={
        data ? `${data.invitedBy.name} invites you, as ${data.roleName}.` : 'to an organization'
      }
    >
      {token === '' ? (
        <Notice tone="info" title="Open the link of your invitation again">
          It works once, and this page forgets it when it is reloaded.
        </Notice>
      ) : null}
      {token && !data && !error ? <Skeleton className="h-48 w-full" /> : null}
      {dead ? (
        <Notice tone="warn" title="This link no longer works" urgent>
          {explainError(error)}
        </Notice>
      ) : null}
      {error && !dead ? <LoadError what="the invitation" error={error} onRetry={refetch} /> : null}
      {data ? <AcceptSteps token={token} invitation={data} onAccepted={onAccepted} /> : null}
    </EntryPage>
  );
}
