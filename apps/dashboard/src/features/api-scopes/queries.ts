import { mutationOptions, queryOptions } from '@tanstack/react-query';
import type { DefinedApiScope, RouteInput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { errorAtField } from '../../lib/api-errors.ts';
import { readAllPages, refresh } from '../../lib/query-client.ts';

export const apiScopesQuery = queryOptions({
  queryKey: ['api-scopes'],
  queryFn: ({ signal }) => readAllPages((query) => api.listApiScopes({ query }, { signal })),
  staleTime: 15_000,
});

/** The API scope as it is stored now. */
export async function findApiScope(name: string): Promise<DefinedApiScope | undefined> {
  const { data } = await api.listApiScopes({ query: { search: name, limit: 100 } });
  return data.find((each) => each.name === name);
}

export const createApiScopeMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['createApiScope']>['body']) =>
    errorAtField('name', 'invalid_state', api.createApiScope({ body })),
  onSuccess: refresh(),
});

export const updateApiScopeMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['updateApiScope']>) => api.updateApiScope(input),
  onSuccess: refresh(),
});

export const deleteApiScopeMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['deleteApiScope']>) => api.deleteApiScope(input),
  onSuccess: refresh(),
});
