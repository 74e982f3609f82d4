import { useState } from 'react';
import { EntryPage } from '../../components/entry-page.tsx';
import { Notice } from '../../components/notice.tsx';
import { forgetFragmentToken, fragmentToken } from '../../lib/fragment-token.ts';
import { usePageTitle } from '../../lib/use-page-title.ts';
import { NewPasswordForm } from './new-password-form.tsx';
import { SignInLink } from './sign-in-link.tsx';

const RESET_PATH = '/reset-password';

/** Where the link in the mail leads. The token is in memory only: no address bar keeps it. */
export function ResetPasswordPage() {
  usePageTitle('Choose a new password');
  const [token] = useState(() => fragmentToken(RESET_PATH));
  const [isDone, setDone] = useState(false);

  function finish() {
    forgetFragmentToken(RESET_PATH);
    setDone(true);
  }

  return (
    <EntryPage title="Choose a new password" lead="for your Tollkeeper account">
      {isDone ? (
        <Notice tone="info" title="Your password is changed" urgent>
          You are signed out everywhere. Sign in with the new password.
        </Notice>
      ) : null}
      {token === '' ? (
        <Notice tone="info" title="Open the link in the mail again">
          It works once, and this page forgets it when it is reloaded.
        </Notice>
      ) : null}
      {token !== '' && !isDone ? <NewPasswordForm token={token} onDone={finish} /> : null}
      <SignInLink />
    </EntryPage>
  );
}
