import { useMutation } from '@tanstack/react-query';
import { Fingerprint } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { explainError } from '../../lib/api-errors.ts';
import { explainPasskeyError, hasPasskeys } from '../../lib/web-authn.ts';
import { passkeySignInMutation } from './queries.ts';
import { SecondFactorForm } from './second-factor-form.tsx';
import { SignInForm } from './sign-in-form.tsx';

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
