import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { readAllPages } from '../../lib/read-all-pages.ts';

export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: async ({ signal }) => {
    const members = await readAllPages((query) => api.listMembers({ query }, { signal }));
    return members.sort((one, other) => one.name.localeCompare(other.name, 'en'));
  },
  staleTime: 60_000,
});
