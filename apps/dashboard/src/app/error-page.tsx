import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ApiError } from '@tollkeeper/sdk';
import { Button } from '../components/button.tsx';
import { LoadError, Notice } from '../components/notice.tsx';
import { EntryPage } from '../components/page.tsx';
import { signOut } from '../features/sessions/index.ts';

/** When not even the identity can be read: what to do, in place of a blank page. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const code = error instanceof ApiError ? error.code : undefined;
  const isStranger = code === 'not_found';

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
      {isStranger ? (
        <Notice tone="bad" title="You belong to no organization here" urgent>
          You were removed, or your organization was deleted. Ask an admin for an invitation.
        </Notice>
      ) : (
        <LoadError what="your account" error={error} onRetry={retry} />
      )}
      {isStranger || code === 'member_suspended' ? <Button onClick={leave}>Sign out</Button> : null}
    </EntryPage>
  );
}
