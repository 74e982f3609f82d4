import { keepPreviousData, mutationOptions, queryOptions } from '@tanstack/react-query';
import type { RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { refetchAffected } from '../../lib/query-client.ts';

export type SecurityChange = RouteInput<Routes['updateSecurity']>['body'];
export type SecurityPreview = RouteOutput<Routes['previewSecurity']>;

export const securityQuery = queryOptions({
  queryKey: ['security'],
  queryFn: ({ signal }) => api.getSecurity({}, { signal }),
});

/** Keys and members that the change would affect if it were saved now. */
export function securityPreviewQuery(change: SecurityChange) {
  return queryOptions({
    queryKey: ['security', 'preview', change],
    queryFn: ({ signal }) => api.previewSecurity({ body: change }, { signal }),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
}

export const updateSecurityMutation = mutationOptions({
  mutationFn: (change: SecurityChange) => api.updateSecurity({ body: change }),
  onSuccess: (settings, _change, _result, { client }) => {
    client.setQueryData(securityQuery.queryKey, settings);
    void refetchAffected(client);
  },
});
