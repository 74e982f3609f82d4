import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { TextInput } from '../../components/text-input.tsx';
import { explainError } from '../../lib/explain-error.ts';
import { type SignInResult, signIn } from './sign-in.ts';

interface SignInFormProps {
  /** Whose session it must be, where that is settled. */
  readonly address?: string;
  readonly onSignedIn: () => Promise<void>;
  readonly onSecondFactor: () => void;
}

export function SignInForm({ address, onSignedIn, onSecondFactor }: SignInFormProps) {
  const [email, setEmail] = useState(address ?? '');
  const [password, setPassword] = useState('');
  const [pending, setPending] = useState(false);
  const [message, setMessage] = useState<string>();

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (pending) return;
    setPending(true);
    setMessage(undefined);
    try {
      const result = await signIn(email, password);
      if (result.kind === 'signed_in') await onSignedIn();
      else if (result.kind === 'second_factor') onSecondFactor();
      else setMessage(explain(result));
    } catch (error) {
      setMessage(explainError(error));
    } finally {
      setPending(false);
    }
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {message ? (
        <Notice tone="bad" urgent>
          {message}
        </Notice>
      ) : null}
      <Field label="Email">
        {(control) => (
          <TextInput
            {...control}
            type="email"
            autoComplete="username"
            required
            readOnly={address !== undefined}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <Field label="Password">
        {(control) => (
          <TextInput
            {...control}
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
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

function explain(result: Exclude<SignInResult, { kind: 'signed_in' | 'second_factor' }>): string {
  switch (result.kind) {
    case 'refused':
      return 'The email or the password is wrong.';
    case 'failed':
      return result.message;
  }
}
