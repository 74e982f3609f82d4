import { useQuery } from '@tanstack/react-query';
import { EntryPage } from '../../components/entry-page.tsx';
import { Notice } from '../../components/notice.tsx';
import { api } from '../../lib/api.ts';
import { usePageTitle } from '../../lib/use-page-title.ts';
import { SignInSteps } from './sign-in-steps.tsx';

export function SignInPage({ onSignedIn }: { readonly onSignedIn: () => Promise<void> }) {
  usePageTitle('Sign in');
  const setup = useQuery({
    queryKey: ['setup'],
    queryFn: ({ signal }) => api.getSetup({}, { signal }),
  });
  return (
    <EntryPage title="Sign in" lead="to manage the API keys of your organization">
      {setup.data?.open ? (
        <Notice tone="info" title="This server has no owner yet">
          Open the one-time set-up link that it printed in the terminal in which it was started.
          Lost it? Restart the server: it prints a new one.
        </Notice>
      ) : null}
      <SignInSteps onSignedIn={onSignedIn} />
    </EntryPage>
  );
}
