import { mutationOptions, queryOptions } from '@tanstack/react-query';
import type { RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { tellAt } from '../../lib/api-errors.ts';
import { refresh } from '../../lib/query-client.ts';

export type Organization = RouteOutput<Routes['getOrganization']>;

export const organizationQuery = queryOptions({
  queryKey: ['organization'],
  queryFn: ({ signal }) => api.getOrganization({}, { signal }),
});

export const updateOrganizationMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['updateOrganization']>['body']) =>
    tellAt('slug', 'invalid_state', api.updateOrganization({ body })),
  onSuccess: refresh(),
});

export const transferOrganizationMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['transferOrganization']>['body']) =>
    tellWrongPassword(api.transferOrganization({ body })),
  onSuccess: refresh(),
});

/** Refreshes nothing: the page leaves the organization. */
export const deleteOrganizationMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['deleteOrganization']>['body']) =>
    tellWrongPassword(api.deleteOrganization({ body })),
});

function tellWrongPassword<T>(request: Promise<T>): Promise<T> {
  return tellAt('password', 'password_wrong', request, 'The password is wrong.');
}
