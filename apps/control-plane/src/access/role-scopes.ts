import { BUILT_IN_ROLES, isScope, type Scope } from '@tollkeeper/contract';
import { NO_SCOPES, type ScopeSet, scopeSet } from '@tollkeeper/verify';
import { and, eq } from 'drizzle-orm';
import { member, role } from '../db/schema/index.ts';

const builtIn = new Map(BUILT_IN_ROLES.map((each) => [each.id as string, each]));
const sets = new Map(BUILT_IN_ROLES.map((each) => [each.id as string, scopeSet(each.scopes)]));

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

export function roleName(roleId: string, customName: string | null): string {
  return builtIn.get(roleId)?.name ?? customName ?? roleId;
}
