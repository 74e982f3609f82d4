import { BUILT_IN_ROLES } from '@tollkeeper/contract';
import { type ScopeSet, scopeSet } from '@tollkeeper/verify';

const builtIn = new Map(BUILT_IN_ROLES.map((role) => [role.id as string, role]));
const sets = new Map(BUILT_IN_ROLES.map((role) => [role.id as string, scopeSet(role.scopes)]));
const nothing = scopeSet([]);

/** What the role holds; nothing for a role that is unknown. */
export function roleScopes(roleId: string): ScopeSet {
  return sets.get(roleId) ?? nothing;
}

export function roleName(roleId: string): string {
  return builtIn.get(roleId)?.name ?? roleId;
}
