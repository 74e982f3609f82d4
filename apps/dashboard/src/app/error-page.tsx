import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ApiError } from '@tollkeeper/sdk';
import { Button } from '../components/button.tsx';
import { EntryPage } from '../components/entry-page.tsx';
import { LoadError } from '../components/load-error.tsx';
import { signOut } from '../features/sessions/index.ts';

/** When not even the identity can be read: what to do, in place of a blank page. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const suspended = error instanceof ApiError && error.code === 'member_suspended';

  async function retry() {
    reset();
    await router.invalidate();
  }

  async function leave() {
    await signOut();
    await router.navigate({ to: '/sign-in' });
  }

  return (
    <EntryPage title="This page cannot open" lead="Nothing was changed.">
      <LoadError what="your account" error={error} onRetry={retry} />
      {suspended ? <Button onClick={leave}>Sign out</Button> : null}
    </EntryPage>
  );
}
