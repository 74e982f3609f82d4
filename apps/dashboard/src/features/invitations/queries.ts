import { mutationOptions, queryOptions } from '@tanstack/react-query';
import type { RouteInput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { errorAtField } from '../../lib/api-errors.ts';
import { readAllPages, refetchAffected, refresh } from '../../lib/query-client.ts';

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: ({ signal }) => readAllPages((query) => api.listInvitations({ query }, { signal })),
});

export const inviteMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['createInvitation']>['body']) =>
    errorAtField('email', 'invalid_state', api.createInvitation({ body })),
  onSuccess: refresh(invitationsQuery),
});

export const resendInvitationMutation = mutationOptions({
  mutationFn: (id: string) => api.resendInvitation({ params: { id } }),
  // A refusal may be about an invitation that is no longer open.
  onSettled: (_data, _error, _id, _result, { client }) => {
    void refetchAffected(client, invitationsQuery);
  },
});

export const withdrawInvitationMutation = mutationOptions({
  mutationFn: (id: string) => api.withdrawInvitation({ params: { id } }),
  onSuccess: refresh(invitationsQuery),
});

/** @param token of the link; '' is none */
export function invitationOfLinkQuery(token: string) {
  return queryOptions({
    queryKey: ['invitation'],
    queryFn: ({ signal }) => api.findInvitation({ body: { token } }, { signal }),
    enabled: token !== '',
    refetchOnWindowFocus: false,
    retry: false,
  });
}

export const acceptInvitationMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['acceptInvitation']>['body']) =>
    api.acceptInvitation({ body }),
});
