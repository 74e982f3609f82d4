import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import type { Identity, Scope } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';

export const identityQuery = queryOptions({
  queryKey: ['identity'],
  queryFn: ({ signal }) => api.whoami({}, { signal }),
  staleTime: 60_000,
});

/** The member signed in. Only below the shell, whose route has loaded it. */
export function useIdentity(): Identity {
  return useSuspenseQuery(identityQuery).data;
}

/** Whether the member holds the scope. Hides what the server would refuse; the server decides. */
export function useCan(scope: Scope): boolean {
  return useIdentity().scopes.includes(scope);
}
