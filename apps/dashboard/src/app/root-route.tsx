import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  type ErrorComponentProps,
  Link,
  Outlet,
  useRouter,
} from '@tanstack/react-router';
import { ApiError } from '@tollkeeper/sdk';
import { Button } from '../components/button.tsx';
import { LeaveAsked } from '../components/forms/leave-question.tsx';
import { LoadError, Notice } from '../components/notice.tsx';
import { EntryPage, usePageTitle } from '../components/page.tsx';
import { ConfirmIdentity, SignInAgain, signOut } from '../features/sessions/index.ts';
import { chooseWorkspace } from '../features/workspaces/index.ts';
import { chooseOrganization } from '../lib/chosen-organization.ts';
import { basePath } from '../lib/page-address.ts';

export const rootRoute = createRootRouteWithContext<{ readonly queryClient: QueryClient }>()({
  component: RootRoute,
  notFoundComponent: NotFoundPage,
  errorComponent: ErrorPage,
});

/** Every page, and what may have to be asked over it. */
function RootRoute() {
  const queryClient = useQueryClient();
  const router = useRouter();

  function forget() {
    chooseOrganization(undefined);
    chooseWorkspace(undefined);
  }

  async function leave() {
    forget();
    await router.navigate({ to: '/sign-in', ignoreBlocker: true });
    queryClient.clear();
  }

  function replace() {
    forget();
    location.assign(`${basePath}/`);
  }

  return (
    <>
      <Outlet />
      <ConfirmIdentity />
      <LeaveAsked />
      <SignInAgain onLeave={leave} onReplaced={replace} />
    </>
  );
}

function NotFoundPage() {
  usePageTitle('Not found');
  return (
    <EntryPage title="Page not found" lead="There is nothing at this address.">
      <p>
        The address may be mistyped, or what it named was deleted.{' '}
        <Link to="/api-keys" className="font-medium text-accent underline underline-offset-2">
          Go to the API keys
        </Link>
      </p>
    </EntryPage>
  );
}

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
