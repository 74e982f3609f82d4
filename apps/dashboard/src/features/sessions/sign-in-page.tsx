import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Fingerprint } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LineField, PasswordField } from '../../components/forms/line-field.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { EntryPage, usePageTitle } from '../../components/page.tsx';
import { explainError } from '../../lib/api-errors.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { explainPasskeyError, hasPasskeys } from '../../lib/web-authn.ts';
import { setupQuery } from '../setup/index.ts';
import { CODES, CodeField, useCode } from './code-field.tsx';
import { passkeySignInMutation, secondFactorMutation, signInMutation } from './queries.ts';

interface SignInPageProps {
  /** A session ended here that nobody signed out of. */
  readonly hasEnded: boolean;
  readonly onSignedIn: () => Promise<void>;
}

export function SignInPage({ hasEnded, onSignedIn }: SignInPageProps) {
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
      {hasEnded && setup.data?.open === false ? (
        <Notice tone="info" title="Your session ended">
          Sign in again to continue where you were.
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

interface SignInFormProps {
  /** Whose session it must be, where that is settled. */
  readonly address?: string;
  readonly onSignedIn: () => Promise<void>;
  readonly onSecondFactor: () => void;
}

function SignInForm({ address, onSignedIn, onSecondFactor }: SignInFormProps) {
  const signIn = useMutation(signInMutation);
  const [email, setEmail] = useState(address ?? '');
  const [password, setPassword] = useState('');
  const [refusal, setRefusal] = useState<string>();
  const { pending, errors, submit } = useSubmit([], async () => {
    setRefusal(undefined);
    const result = await signIn.mutateAsync({ email, password });
    if (result.kind === 'signed_in') await onSignedIn();
    else if (result.kind === 'second_factor') onSecondFactor();
    else setRefusal(result.message);
  });
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <ErrorNotice messages={refusal ? [refusal] : errors.form} />
      <LineField
        label="Email"
        type="email"
        autoComplete="username"
        required
        readOnly={address !== undefined}
        error={undefined}
        value={email}
        onValue={setEmail}
      />
      <PasswordField label="Password" value={password} error={undefined} onValue={setPassword} />
      <Button type="submit" look="primary" pending={pending} className="mt-1">
        Sign in
      </Button>
      <ForgotPassword inNewTab={address !== undefined} />
    </form>
  );
}

/** Over a page, or before an invitation, it opens beside it: what is there stays. */
function ForgotPassword({ inNewTab }: { readonly inNewTab: boolean }) {
  return (
    <Link
      to="/forgot-password"
      {...(inNewTab ? { target: '_blank' } : {})}
      className="self-start text-soft text-sm underline underline-offset-2"
    >
      Forgot your password?
    </Link>
  );
}

interface SecondFactorFormProps {
  readonly onSignedIn: () => Promise<void>;
  readonly onBack: () => void;
}

const CHECKS = {
  totp: {
    endpoint: 'two-factor/verify-totp',
    wrong: 'The code is wrong or outdated. Enter the one that the app shows now.',
  },
  backupCode: {
    endpoint: 'two-factor/verify-backup-code',
    wrong: 'The backup code is wrong, or was used already.',
  },
} as const;

/** The second step of signing in, after the password. */
function SecondFactorForm({ onSignedIn, onBack }: SecondFactorFormProps) {
  const verify = useMutation(secondFactorMutation);
  const { kind, text, code, setText, swap } = useCode();
  const { pending, errors, submit } = useSubmit(['code'], async () => {
    await verify.mutateAsync({ ...CHECKS[kind], code });
    await onSignedIn();
  });
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p>Your password is correct. Now enter a code.</p>
      <ErrorNotice messages={errors.form} />
      <CodeField
        autoFocus
        required
        kind={kind}
        text={text}
        error={errors.fields.code}
        onText={setText}
      />
      <Button type="submit" look="primary" pending={pending}>
        Verify
      </Button>
      <div className="flex flex-wrap justify-between gap-2">
        <Button look="quiet" size="small" onClick={swap}>
          {CODES[kind].other}
        </Button>
        <Button look="quiet" size="small" onClick={onBack}>
          Start over
        </Button>
      </div>
    </form>
  );
}
