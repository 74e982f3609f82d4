import { mutationOptions, queryOptions, useQuery } from '@tanstack/react-query';
import {
  BUILT_IN_ROLES,
  OWNER_ROLE_ID,
  type Role,
  type RouteInput,
  type Routes,
  type Scope,
} from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { errorAtField } from '../../lib/api-errors.ts';
import { readAllPages, refresh } from '../../lib/query-client.ts';
import { useCan, useIdentity } from '../sessions/index.ts';

export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: ({ signal }) => readAllPages((query) => api.listRoles({ query }, { signal })),
  staleTime: 15_000,
});

/** The role as it is stored now. */
export async function findRole(id: string | undefined): Promise<Role | undefined> {
  const roles = await readAllPages((query) => api.listRoles({ query }));
  return roles.find((each) => each.id === id);
}

type SavedRole =
  | { readonly id: undefined; readonly body: RouteInput<Routes['createRole']>['body'] }
  | { readonly id: string; readonly body: RouteInput<Routes['updateRole']>['body'] };

export const saveRoleMutation = mutationOptions({
  mutationFn: ({ id, body }: SavedRole) =>
    errorAtField(
      'name',
      'invalid_state',
      id === undefined ? api.createRole({ body }) : api.updateRole({ params: { id }, body }),
    ),
  onSuccess: refresh(),
});

export const deleteRoleMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['deleteRole']>) =>
    errorAtField('replacementRoleId', 'invalid_state', api.deleteRole(input)),
  onSuccess: refresh(),
});

export type KnownRole = Pick<Role, 'id' | 'name' | 'description'> & {
  readonly scopes: readonly Scope[];
};

/** Every role that the member sees; without `roles.read` the built-in ones, which everyone knows. */
export function useRoles(): readonly KnownRole[] {
  const seesRoles = useCan('roles.read');
  const { data } = useQuery({ ...rolesQuery, enabled: seesRoles });
  return data ?? BUILT_IN_ROLES;
}

/** Roles that the member may give: nobody gives more than they hold, or the ownership. */
export function useGrantableRoles(): readonly KnownRole[] {
  const roles = useRoles();
  const held = new Set(useIdentity().scopes);
  return roles.filter(
    ({ id, scopes }) => id !== OWNER_ROLE_ID && scopes.every((scope) => held.has(scope)),
  );
}
