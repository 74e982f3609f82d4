import { useMutation, useQuery } from '@tanstack/react-query';
import { Fingerprint } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { EntryPage, usePageTitle } from '../../components/page.tsx';
import { explainError } from '../../lib/api-errors.ts';
import { explainPasskeyError, hasPasskeys } from '../../lib/web-authn.ts';
import { setupQuery } from '../setup/index.ts';
import { passkeySignInMutation } from './queries.ts';
import { SecondFactorForm } from './second-factor-form.tsx';
import { SignInForm } from './sign-in-form.tsx';

export function SignInPage({ onSignedIn }: { readonly onSignedIn: () => Promise<void> }) {
  usePageTitle('Sign in');
  const setup = useQuery(setupQuery);
  return (
    <EntryPage title="Sign in" lead="to manage the API keys of your organization">
      {setup.data?.open ? (
        <Notice tone="info" title="This server has no owner yet">
          Open the one-time set-up link that the server printed in its terminal. If you no longer
          have it, restart the server to print a new one.
        </Notice>
      ) : null}
      <SignInSteps onSignedIn={onSignedIn} />
    </EntryPage>
  );
}

interface SignInStepsProps {
  /** Whose session it must be, where that is settled. */
  readonly address?: string;
  readonly onSignedIn: () => Promise<void>;
}

/** The password, then a code where the person set that up; or a passkey in place of both. */
export function SignInSteps({ address, onSignedIn }: SignInStepsProps) {
  const [half, setHalf] = useState(false);
  if (half) return <SecondFactorForm onSignedIn={onSignedIn} onBack={() => setHalf(false)} />;
  return (
    <>
      <SignInForm
        {...(address === undefined ? {} : { address })}
        onSignedIn={onSignedIn}
        onSecondFactor={() => setHalf(true)}
      />
      {hasPasskeys() ? <PasskeySignIn onSignedIn={onSignedIn} /> : null}
    </>
  );
}

/** Signing in with a passkey alone: it holds both factors. */
function PasskeySignIn({ onSignedIn }: { readonly onSignedIn: () => Promise<void> }) {
  const { mutate, isPending, error } = useMutation({
    ...passkeySignInMutation,
    onSuccess: onSignedIn,
  });
  return (
    <div className="flex flex-col gap-3 border-line border-t pt-4">
      <ErrorNotice messages={error ? [explainPasskeyError(error) ?? explainError(error)] : []} />
      <Button pending={isPending} onClick={() => mutate()}>
        <Fingerprint size={16} aria-hidden />
        Sign in with a passkey
      </Button>
    </div>
  );
}
