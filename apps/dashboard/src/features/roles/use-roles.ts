import { queryOptions, useQuery } from '@tanstack/react-query';
import { BUILT_IN_ROLES, OWNER_ROLE_ID, type Role, type Scope } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { readAllPages } from '../../lib/read-all-pages.ts';
import { useCan, useIdentity } from '../sessions/index.ts';

export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: ({ signal }) => readAllPages((query) => api.listRoles({ query }, { signal })),
  staleTime: 15_000,
});

export type KnownRole = Pick<Role, 'id' | 'name' | 'description'> & {
  readonly scopes: readonly Scope[];
};

/** Every role that the member sees; without `roles.read` the built-in ones, which all know. */
export function useRoles(): readonly KnownRole[] {
  const seesRoles = useCan('roles.read');
  const { data } = useQuery({ ...rolesQuery, enabled: seesRoles });
  return data ?? BUILT_IN_ROLES;
}

/** Those that the member may give: nobody gives more than they hold, or the ownership. */
export function useGrantableRoles(): readonly KnownRole[] {
  const roles = useRoles();
  const held = new Set(useIdentity().scopes);
  return roles.filter(
    ({ id, scopes }) => id !== OWNER_ROLE_ID && scopes.every((scope) => held.has(scope)),
  );
}
