import { useMutation, useQuery } from '@tanstack/react-query';
import { ApiError } from '@tollkeeper/sdk';
import { useState } from 'react';
import { SetPasswordForm } from '../../components/forms/set-password-form.tsx';
import { LoadError, Notice } from '../../components/notice.tsx';
import { EntryPage, usePageTitle } from '../../components/page.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { forgetFragmentToken, fragmentToken } from '../../lib/page-address.ts';
import { SignInLink } from './forgot-password-page.tsx';
import { completeResetMutation, resetOfLinkQuery } from './queries.ts';

const RESET_PATH = '/reset-password';

/** Where the link leads. The token is in memory only: no address bar keeps it. */
export function ResetPasswordPage() {
  usePageTitle('Choose a new password');
  const [token] = useState(() => fragmentToken(RESET_PATH));
  const [isDone, setDone] = useState(false);
  const { data, error, refetch } = useQuery({
    ...resetOfLinkQuery(token),
    enabled: token !== '' && !isDone,
  });
  const isDead = error instanceof ApiError && error.code === 'password_reset_invalid';

  function finish() {
    forgetFragmentToken(RESET_PATH);
    setDone(true);
  }

  return (
    <EntryPage
      title="Choose a new password"
      lead={data ? `for ${data.email}` : 'for your Tollkeeper account'}
    >
      {isDone ? (
        <Notice tone="info" title="Your password is changed" urgent>
          You are signed out everywhere. Sign in with the new password.
        </Notice>
      ) : null}
      {token === '' ? (
        <Notice tone="info" title="Open the link again">
          It works once, and this page forgets it when it is reloaded.
        </Notice>
      ) : null}
      {token !== '' && !data && !error ? <Skeleton className="h-48 w-full" /> : null}
      {isDead ? (
        <Notice tone="warn" title="This link no longer works" urgent>
          It has expired, or the password was reset in the meantime. Ask for a new one on the
          sign-in page.
        </Notice>
      ) : null}
      {error && !isDead ? <LoadError what="the link" error={error} onRetry={refetch} /> : null}
      {data && !isDone ? <NewPasswordForm token={token} onDone={finish} /> : null}
      <SignInLink />
    </EntryPage>
  );
}

interface NewPasswordFormProps {
  readonly token: string;
  readonly onDone: () => void;
}

function NewPasswordForm({ token, onDone }: NewPasswordFormProps) {
  const complete = useMutation(completeResetMutation);
  return (
    <SetPasswordForm
      label="New password"
      submitLabel="Change password"
      passwordName="newPassword"
      names={[]}
      onSubmit={async (newPassword) => {
        await complete.mutateAsync({ token, newPassword });
        onDone();
      }}
    />
  );
}
