import { mutationOptions, queryOptions } from '@tanstack/react-query';
import type { RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { errorAtField } from '../../lib/api-errors.ts';
import { refetchAffected, refresh } from '../../lib/query-client.ts';
import { withPassword } from '../../lib/with-password.ts';

export type Organization = RouteOutput<Routes['getOrganization']>;

export const organizationQuery = queryOptions({
  queryKey: ['organization'],
  queryFn: ({ signal }) => api.getOrganization({}, { signal }),
});

export const updateOrganizationMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['updateOrganization']>['body']) =>
    errorAtField('slug', 'invalid_state', api.updateOrganization({ body })),
  onSuccess: (organization, _body, _result, { client }) => {
    client.setQueryData(organizationQuery.queryKey, organization);
    void refetchAffected(client);
  },
});

export const transferOrganizationMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['transferOrganization']>['body']) =>
    withPassword(body.password ?? '', 'password_wrong', () => api.transferOrganization({ body })),
  onSuccess: refresh(),
});

/** Refreshes nothing: the page leaves the organization. */
export const deleteOrganizationMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['deleteOrganization']>['body']) =>
    withPassword(body.password ?? '', 'password_wrong', () => api.deleteOrganization({ body })),
});
