import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { chooseWorkspace } from '../features/workspaces/index.ts';
import { chooseOrganization } from '../lib/chosen-organization.ts';

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
