import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { EntryPage } from '../../components/entry-page.tsx';
import { LoadError } from '../../components/load-error.tsx';
import { Notice } from '../../components/notice.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { api } from '../../lib/api.ts';
import { usePageTitle } from '../../lib/use-page-title.ts';
import { RequestForm } from './request-form.tsx';
import { SignInLink } from './sign-in-link.tsx';

/** Asks for the email where the server sends mail, and else says whom to ask. */
export function ForgotPasswordPage() {
  usePageTitle('Forgot your password?');
  const [sentTo, setSentTo] = useState<string>();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['password-resets'],
    queryFn: ({ signal }) => api.getPasswordReset({}, { signal }),
    refetchOnWindowFocus: false,
  });
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
