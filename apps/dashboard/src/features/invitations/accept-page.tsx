import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ErrorCode, RouteOutput, Routes } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { SetPasswordForm } from '../../components/forms/set-password-form.tsx';
import { ErrorNotice, LoadError, Notice } from '../../components/notice.tsx';
import { EntryPage, Skeleton, usePageTitle } from '../../components/page.tsx';
import { explainError } from '../../lib/api-errors.ts';
import { fragmentToken } from '../../lib/page-address.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { identityQuery, SignInSteps, signOut } from '../sessions/index.ts';
import { acceptInvitationMutation, invitationOfLinkQuery } from './queries.ts';

const ACCEPT_PATH = '/accept-invitation';

const REFUSALS: { readonly [code in ErrorCode]?: string } = {
  invitation_invalid: 'This link no longer works',
  invitation_blocked: 'This invitation is blocked',
};

interface AcceptPageProps {
  readonly onAccepted: (organizationId: string) => Promise<void>;
}

/** Where the link of an invitation leads. The token is in memory only: no address bar keeps it. */
export function AcceptPage({ onAccepted }: AcceptPageProps) {
  usePageTitle('Invitation');
  const token = fragmentToken(ACCEPT_PATH);
  const { data, error, refetch } = useQuery(invitationOfLinkQuery(token));
  const refused = error instanceof ApiError ? REFUSALS[error.code] : undefined;
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
      {refused ? (
        <Notice tone="warn" title={refused} urgent>
          {explainError(error)}
        </Notice>
      ) : null}
      {error && !refused ? (
        <LoadError what="the invitation" error={error} onRetry={refetch} />
      ) : null}
      {data ? <AcceptSteps token={token} invitation={data} onAccepted={onAccepted} /> : null}
    </EntryPage>
  );
}

interface AcceptStepProps {
  readonly token: string;
  readonly invitation: RouteOutput<Routes['findInvitation']>;
  readonly onAccepted: (organizationId: string) => Promise<void>;
}

/** What the person has to do, which depends on who is signed in: join, sign in, change or create the account. */
function AcceptSteps(props: AcceptStepProps) {
  const { invitation } = props;
  const { data, error, isPending, refetch } = useQuery({ ...identityQuery, retry: false });
  if (isPending) return <Skeleton className="h-48 w-full" />;
  const signedOut = error instanceof ApiError && error.status === 401;
  // A failed look keeps what the one before found, so whether there is a session comes first.
  if (!signedOut && data && data.member.email !== invitation.email) {
    return <OtherAddress email={data.member.email} invited={invitation.email} onLeft={refetch} />;
  }
  // Signed in without a membership, or in several: who it is, the server finds out on joining.
  if (!signedOut) return <JoinAsMember {...props} onLeft={refetch} />;
  if (!invitation.hasAccount) return <NewAccountForm {...props} />;
  return (
    <>
      <p>This address already has an account on this server. Sign in to accept the invitation.</p>
      <SignInSteps
        address={invitation.email}
        onSignedIn={async () => {
          await refetch();
        }}
      />
    </>
  );
}

interface JoinAsMemberProps extends AcceptStepProps {
  readonly onLeft: () => Promise<unknown>;
}

/** The invited person is signed in: one button. */
function JoinAsMember({ token, invitation, onAccepted, onLeft }: JoinAsMemberProps) {
  const accept = useMutation(acceptInvitationMutation);
  const [differs, setDiffers] = useState(false);
  const [lacksFactor, setLacksFactor] = useState<string>();
  const { pending, errors, submit } = useSubmit([], async () => {
    try {
      const { organizationId } = await accept.mutateAsync({ token });
      await onAccepted(organizationId);
    } catch (error) {
      const code = error instanceof ApiError ? error.code : undefined;
      if (code === 'invited_address_differs') setDiffers(true);
      else if (code === 'two_factor_required') setLacksFactor(explainError(error));
      else throw error;
    }
  });
  if (differs) return <OtherAddress email={undefined} invited={invitation.email} onLeft={onLeft} />;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <ErrorNotice messages={errors.form} />
      {lacksFactor ? (
        <Notice tone="warn" title="You need your second factor first" urgent>
          {lacksFactor}{' '}
          <Link
            to="/second-factor"
            search={{ from: '/accept-invitation' }}
            className="font-medium underline"
          >
            Continue to your second factor
          </Link>
        </Notice>
      ) : null}
      <p className="[overflow-wrap:anywhere]">
        You join with your account <strong className="font-medium">{invitation.email}</strong>.
      </p>
      <Button type="submit" look="primary" pending={pending}>
        Accept invitation
      </Button>
    </form>
  );
}

/** For an address that is new to the server: a name and a password make its account. */
function NewAccountForm({ token, invitation, onAccepted }: AcceptStepProps) {
  const accept = useMutation(acceptInvitationMutation);
  const [name, setName] = useState('');
  return (
    <SetPasswordForm
      submitLabel="Accept invitation"
      passwordName="password"
      names={['name']}
      onSubmit={async (password) => {
        const { organizationId } = await accept.mutateAsync({ token, name, password });
        await onAccepted(organizationId);
      }}
    >
      {(errors) => (
        <>
          <LineField
            label="Email"
            type="email"
            autoComplete="username"
            readOnly
            error={undefined}
            value={invitation.email}
            onValue={() => {}}
          />
          <LineField
            label="Your name"
            autoComplete="name"
            required
            lengthMax={64}
            error={errors.name}
            value={name}
            onValue={setName}
          />
        </>
      )}
    </SetPasswordForm>
  );
}

interface OtherAddressProps {
  /** Who is signed in; undefined when the server does not say. */
  readonly email: string | undefined;
  readonly invited: string;
  readonly onLeft: () => Promise<unknown>;
}

/** The invitation is for someone else than who is signed in. */
function OtherAddress({ email, invited, onLeft }: OtherAddressProps) {
  const [message, setMessage] = useState<string>();

  async function leave() {
    try {
      await signOut();
      await onLeft();
    } catch (error) {
      setMessage(explainError(error));
    }
  }

  return (
    <>
      <Notice tone="warn" title={`The invitation is for ${invited}`}>
        You are signed in {email ? `as ${email}` : 'with another address'}. Sign out to continue.
        The link keeps working.
      </Notice>
      <ErrorNotice messages={message ? [message] : []} />
      <Button look="primary" onClick={leave}>
        Sign out and continue
      </Button>
    </>
  );
}
