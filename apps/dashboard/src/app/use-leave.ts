import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { toast } from 'sonner';
import { dismissSignIn } from '../features/sessions/index.ts';
import { chooseWorkspace } from '../features/workspaces/index.ts';
import { chooseOrganization } from '../lib/chosen-organization.ts';
import { explainError } from '../lib/explain-error.ts';

/** Ends the session and forgets all that it showed. */
export function useLeave() {
  const queryClient = useQueryClient();
  const router = useRouter();
  return async (end: () => Promise<void>) => {
    try {
      await end();
    } catch (error) {
      toast.error(error instanceof TypeError ? explainError(error) : String(error));
      return;
    }
    chooseOrganization(undefined);
    chooseWorkspace(undefined);
    toast.dismiss();
    await router.navigate({ to: '/sign-in', ignoreBlocker: true });
    dismissSignIn();
    queryClient.clear();
  };
}
