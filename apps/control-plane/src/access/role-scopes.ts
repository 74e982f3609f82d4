import {
  ADMIN_ROLE_ID,
  BUILT_IN_ROLES,
  type BuiltInRole,
  isScope,
  OWNER_ROLE_ID,
  type Scope,
} from '@tollkeeper/contract';
import { ALL_API_SCOPES, NO_SCOPES, type ScopeSet, scopeSet, union } from '@tollkeeper/verify';
import { and, eq } from 'drizzle-orm';
import { member, role } from '../db/schema/index.ts';

const builtIn = new Map(BUILT_IN_ROLES.map((each) => [each.id as string, each]));
const sets = new Map(BUILT_IN_ROLES.map((each) => [each.id as string, builtInSet(each)]));

/** A member's role as a query gives it: built in by its id, or custom with the columns below. */
export interface HeldRole {
  readonly roleId: string;
  readonly customScopes: readonly Scope[] | null;
}

/** The columns of a query that left-joins `role` on `customRole`. */
export const heldRoleColumns = { roleId: member.roleId, customScopes: role.scopes };

/** Where a member's custom role stands; no row for a built-in one. */
export const customRole = and(
  eq(role.id, member.roleId),
  eq(role.organizationId, member.organizationId),
);

/** What the role holds; nothing for a role that is unknown. */
export function roleScopes({ roleId, customScopes }: HeldRole): ScopeSet {
  return sets.get(roleId) ?? (customScopes ? scopeSet(customScopes.filter(isScope)) : NO_SCOPES);
}

/** Owner and admin hold every API scope, also those that are added later. */
function builtInSet({ id, scopes }: BuiltInRole): ScopeSet {
  const holdsAll = id === OWNER_ROLE_ID || id === ADMIN_ROLE_ID;
  return holdsAll ? union(scopeSet(scopes), ALL_API_SCOPES) : scopeSet(scopes);
}

export function roleName(roleId: string, customName: string | null): string {
  return builtIn.get(roleId)?.name ?? customName ?? roleId;
}
