import { useState } from 'react';
import { hasPasskeys } from '../../lib/web-authn.ts';
import { PasskeySignIn } from './passkey-sign-in.tsx';
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
