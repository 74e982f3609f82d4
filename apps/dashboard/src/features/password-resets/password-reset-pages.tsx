import { mutationOptions, queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RouteInput, Routes } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { SetPasswordForm } from '../../components/forms/set-password-form.tsx';
import { ErrorNotice, LoadError, Notice } from '../../components/notice.tsx';
import { EntryPage, Skeleton, usePageTitle } from '../../components/page.tsx';
import { api } from '../../lib/api.ts';
import { forgetFragmentToken, fragmentToken } from '../../lib/page-address.ts';
import { useSubmit } from '../../lib/use-submit.ts';

/** Asks for the email where the server sends mail, and else says whom to ask. */
export function ForgotPasswordPage() {
  usePageTitle('Forgot your password?');
  const [sentTo, setSentTo] = useState<string>();
  const { data, error, isPending, refetch } = useQuery(resetDeliveryQuery);
  const byMail = data?.delivery === 'mail';
  return (
    <EntryPage title="Forgot your password?" lead="Choose a new one to sign in again">
      {isPending ? <Skeleton className="h-32 w-full" /> : null}
      {error ? <LoadError what="how passwords are reset" error={error} onRetry={refetch} /> : null}
      {byMail && sentTo === undefined ? <RequestForm onSent={setSentTo} /> : null}
      {byMail && sentTo !== undefined ? (
        <Notice tone="info" title="Check your email" urgent>
          If {sentTo} has an account, a link to choose a new password is on its way. It works once,
          for an hour.
        </Notice>
      ) : null}
      {data?.delivery === 'operator' ? <AskOperator /> : null}
      <SignInLink />
    </EntryPage>
  );
}

function AskOperator() {
  return (
    <>
      <p>This server sends no mail. Ask the person who operates it to run this with your email:</p>
      <code className="rounded-md bg-sunken px-3 py-2 font-mono text-[0.8125rem]">
        npx tollkeeper admin reset-password EMAIL --link
      </code>
      <p>
        The command prints a link for you to choose a new password. The link works once, for an
        hour, and signs you out everywhere.
      </p>
    </>
  );
}

function RequestForm({ onSent }: { readonly onSent: (email: string) => void }) {
  const request = useMutation(requestResetMutation);
  const [email, setEmail] = useState('');
  const { pending, errors, submit } = useSubmit(['email'], async () => {
    await request.mutateAsync(email);
    onSent(email);
  });
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <ErrorNotice messages={errors.form} />
      <LineField
        label="Email"
        hint="You receive a link to choose a new password."
        type="email"
        autoComplete="username"
        required
        lengthMax={254}
        error={errors.fields.email}
        value={email}
        onValue={setEmail}
      />
      <Button type="submit" look="primary" pending={pending} className="mt-1">
        Email me a link
      </Button>
    </form>
  );
}

function SignInLink() {
  return (
    <p>
      <Link to="/sign-in" className="font-medium text-accent underline underline-offset-2">
        Go to sign-in
      </Link>
    </p>
  );
}

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

/** Whether the server mails the link, or its operator creates it. */
const resetDeliveryQuery = queryOptions({
  queryKey: ['password-resets'],
  queryFn: ({ signal }) => api.getPasswordReset({}, { signal }),
  refetchOnWindowFocus: false,
});

const requestResetMutation = mutationOptions({
  mutationFn: (email: string) => api.requestPasswordReset({ body: { email } }),
});

/** The account that the token of a link is for. */
function resetOfLinkQuery(token: string) {
  return queryOptions({
    queryKey: ['password-reset'],
    queryFn: ({ signal }) => api.findPasswordReset({ body: { token } }, { signal }),
    refetchOnWindowFocus: false,
    gcTime: 0,
    retry: false,
  });
}

const completeResetMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['completePasswordReset']>['body']) =>
    api.completePasswordReset({ body }),
});
