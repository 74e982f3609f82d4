import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LineField, PasswordField } from '../../components/forms/line-field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { useSubmit } from '../../lib/use-submit.ts';
import { signInMutation } from './queries.ts';

interface SignInFormProps {
  /** Whose session it must be, where that is settled. */
  readonly address?: string;
  readonly onSignedIn: () => Promise<void>;
  readonly onSecondFactor: () => void;
}

export function SignInForm({ address, onSignedIn, onSecondFactor }: SignInFormProps) {
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
