import { useRouter } from '@tanstack/react-router';
import { chooseWorkspace } from '../features/workspaces/index.ts';

/** Looks at one workspace from now on; a list of keys that is open shows only its keys. */
export function useShowWorkspace() {
  const router = useRouter();
  return (workspace: string | undefined) => {
    chooseWorkspace(workspace);
    if (router.state.location.pathname !== '/api-keys') return;
    void router.navigate({ to: '/api-keys', search: workspace ? { workspace } : {} });
  };
}
