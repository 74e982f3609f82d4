import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { toast } from 'sonner';
import { dismissSignIn } from '../features/sessions/index.ts';
import { chooseWorkspace } from '../features/workspaces/index.ts';
import { explainError } from '../lib/api-errors.ts';
import { chooseOrganization } from '../lib/chosen-organization.ts';

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

/** Shows another organization in this tab, from its list of keys. */
export function useSwitchOrganization() {
  const queryClient = useQueryClient();
  const router = useRouter();
  return async (id: string) => {
    chooseOrganization(id);
    chooseWorkspace(undefined);
    queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'identity' });
    await queryClient.invalidateQueries({ queryKey: ['identity'] });
    await router.navigate({ to: '/api-keys', search: {}, ignoreBlocker: true });
  };
}
