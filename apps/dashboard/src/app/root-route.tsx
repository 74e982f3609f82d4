import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useRouter } from '@tanstack/react-router';
import { ConfirmIdentity, SignInAgain } from '../features/sessions/index.ts';
import { chooseWorkspace } from '../features/workspaces/index.ts';
import { basePath } from '../lib/base-path.ts';
import { chooseOrganization } from '../lib/chosen-organization.ts';

/** Every page, and what may have to be asked over it. */
export function RootRoute() {
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
      <SignInAgain onLeave={leave} onReplaced={replace} />
    </>
  );
}
