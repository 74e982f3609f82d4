import {
  BUILT_IN_ROLES,
  PROFILE_CATALOG,
  PROFILE_SCOPES,
  PROFILES,
  SCOPE_CATALOG,
} from '@tollkeeper/contract';
import { holds } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';

/** The catalog, seen by this credential: what it holds, and what each profile would give it. */
export function listScopes(ctx: Ctx) {
  return {
    scopes: SCOPE_CATALOG.map((scope) => ({ ...scope, held: holds(ctx.scopes, scope.name) })),
    profiles: PROFILES.map((name) => ({
      name,
      ...PROFILE_CATALOG[name],
      scopes:
        name === 'custom' ? [] : PROFILE_SCOPES[name].filter((scope) => holds(ctx.scopes, scope)),
    })),
    roles: BUILT_IN_ROLES.map((role) => ({ ...role, scopes: [...role.scopes] })),
  };
}
