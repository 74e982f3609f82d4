import { queryOptions } from '@tanstack/react-query';
import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';

/** What forms offer: scopes with whether the member holds them, and what each profile gives. */
export type ScopeCatalog = RouteOutput<Routes['listScopes']>;

export const scopeCatalogQuery = queryOptions({
  queryKey: ['scopes'],
  queryFn: ({ signal }) => api.listScopes({}, { signal }),
  staleTime: 60_000,
});
