import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { readAllPages } from '../../lib/read-all-pages.ts';

export const workspacesQuery = queryOptions({
  queryKey: ['workspaces'],
  queryFn: ({ signal }) => readAllPages((query) => api.listWorkspaces({ query }, { signal })),
  staleTime: 60_000,
});
