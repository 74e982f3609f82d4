import { useQuery } from '@tanstack/react-query';
import { ApiError } from '@tollkeeper/sdk';
import { Skeleton } from '../../components/skeleton.tsx';
import { identityQuery, SignInSteps } from '../sessions/index.ts';
import type { AcceptStepProps } from './accept-step-props.ts';
import { JoinAsMember } from './join-as-member.tsx';
import { NewAccountForm } from './new-account-form.tsx';
import { OtherAddress } from './other-address.tsx';

/** By who is signed in: join, sign in first, change the account, or make one. */
export function AcceptSteps(props: AcceptStepProps) {
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
      <p>Sign in to accept: the address has an account on this server.</p>
      <SignInSteps
        address={invitation.email}
        onSignedIn={async () => {
          await refetch();
        }}
      />
    </>
  );
}
