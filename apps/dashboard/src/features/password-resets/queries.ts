import { mutationOptions, queryOptions } from '@tanstack/react-query';
import type { RouteInput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';

/** Whether the server mails the link, or its operator creates it. */
export const resetDeliveryQuery = queryOptions({
  queryKey: ['password-resets'],
  queryFn: ({ signal }) => api.getPasswordReset({}, { signal }),
  refetchOnWindowFocus: false,
});

export const requestResetMutation = mutationOptions({
  mutationFn: (email: string) => api.requestPasswordReset({ body: { email } }),
});

/** The account that the token of a link is for. */
export function resetOfLinkQuery(token: string) {
  return queryOptions({
    queryKey: ['password-reset'],
    queryFn: ({ signal }) => api.findPasswordReset({ body: { token } }, { signal }),
    refetchOnWindowFocus: false,
    gcTime: 0,
    retry: false,
  });
}

export const completeResetMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['completePasswordReset']>['body']) =>
    api.completePasswordReset({ body }),
});
