import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { readAllPages } from '../../lib/read-all-pages.ts';

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: ({ signal }) => readAllPages((query) => api.listInvitations({ query }, { signal })),
});

export function refreshInvitations(queryClient: QueryClient): Promise<void> {
  return queryClient.invalidateQueries(invitationsQuery);
}
