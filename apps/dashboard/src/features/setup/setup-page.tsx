import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { LoadError } from '../../components/notice.tsx';
import { EntryPage, usePageTitle } from '../../components/page.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { setupQuery } from './queries.ts';
import { SetupForm } from './setup-form.tsx';

export function SetupPage({ onDone }: { readonly onDone: () => Promise<void> }) {
  usePageTitle('Set up');
  const state = useQuery({
    ...setupQuery,
    // The form must not vanish under the person's hands.
    refetchOnWindowFocus: false,
  });
  return (
    <EntryPage title="Set up Tollkeeper" lead="Create your organization. You become its owner.">
      {state.isPending ? <Skeleton className="h-80 w-full" /> : null}
      {state.isError ? (
        <LoadError what="the state of the server" error={state.error} onRetry={state.refetch} />
      ) : null}
      {state.data?.open ? <SetupForm onDone={onDone} /> : null}
      {state.data?.open === false ? <AlreadySetUp /> : null}
    </EntryPage>
  );
}

function AlreadySetUp() {
  return (
    <>
      <p>This server already has an owner. The set-up link works only once.</p>
      <p>
        <Link to="/sign-in" className="font-medium text-accent underline underline-offset-2">
          Sign in
        </Link>
      </p>
    </>
  );
}
