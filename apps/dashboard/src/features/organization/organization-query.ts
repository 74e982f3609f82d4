import { queryOptions } from '@tanstack/react-query';
import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';

export type Organization = RouteOutput<Routes['getOrganization']>;

export const organizationQuery = queryOptions({
  queryKey: ['organization'],
  queryFn: ({ signal }) => api.getOrganization({}, { signal }),
});
