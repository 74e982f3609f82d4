import { useQuery } from '@tanstack/react-query';
import { Notice } from '../../components/notice.tsx';
import { EntryPage, usePageTitle } from '../../components/page.tsx';
import { setupQuery } from '../setup/index.ts';
import { SignInSteps } from './sign-in-steps.tsx';

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
