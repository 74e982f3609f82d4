import { useCan } from '../../sessions/index.ts';

/** What the member may do to the keys that they see (design, "The API"). */
export function useKeyPermissions() {
  return { mayEdit: useCan('api_keys.create'), mayStop: useCan('api_keys.revoke') };
}
