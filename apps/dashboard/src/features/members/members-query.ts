import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { readAllPages } from '../../lib/read-all-pages.ts';

export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: ({ signal }) => readAllPages((query) => api.listMembers({ query }, { signal })),
  staleTime: 60_000,
});
