import { BUILT_IN_ROLES, OWNER_ROLE_ID } from '@tollkeeper/contract';
import { missing, scopeNames } from '@tollkeeper/verify';
import { and, eq, ne, not, or, type SQL } from 'drizzle-orm';
import { holds } from '../access/require-scope.ts';
import { roleScopes } from '../access/role-scopes.ts';
import type { Authority } from '../context.ts';
import { among } from '../db/among.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { member, role } from '../db/schema/index.ts';
import { invalidField } from '../domain-error.ts';

/** Ids of members whom a cascade keeps, or all of them. */
export type KeepMembers = 'all' | readonly string[];

/** As the query of a request names them: ids between commas, or all. */
export function parseKeptMembers(text: string | undefined): KeepMembers | undefined {
  return text === undefined || text === 'all' ? text : text.split(',');
}

/**
 * Keeping members without cascade would be ignored, and anyone who asks for it expects one.
 * @throws DomainError validation_failed
 */
export function requireCascade(cascade: boolean, keepMembers: KeepMembers | undefined): void {
  if (!cascade && keepMembers !== undefined) {
    throw invalidField(
      'keepMembers',
      'keeps members only with "cascade"; leave it out, or add that',
    );
  }
}

/**
 * Which members the caller removes together with the keys that admitted them: a condition on `member`.
 * It is the rule of `removeMember`: not the owner, not the caller, and nobody whose role holds more
 * than the caller does. Members who were removed already fulfil it: what they created goes as well.
 * @returns undefined where the caller removes nobody
 */
export async function findRemovable(
  db: Database | Transaction,
  ctx: Authority,
  keepMembers: KeepMembers = [],
): Promise<SQL | undefined> {
  if (keepMembers === 'all') return undefined;
  if (!holds(ctx.scopes, 'members.remove') || ctx.workspaceId !== null) return undefined;
  const customRoles = await db
    .select({ roleId: role.id, customScopes: role.scopes })
    .from(role)
    .where(eq(role.organizationId, ctx.organizationId));
  const builtInRoles = BUILT_IN_ROLES.map(({ id }) => ({ roleId: id, customScopes: null }));
  const roles = [...builtInRoles, ...customRoles]
    .filter(({ roleId }) => roleId !== OWNER_ROLE_ID)
    .filter((each) => scopeNames(missing(ctx.scopes, roleScopes(each))).length === 0);
  ctx.scopes.record?.consider(roles.flatMap((each) => scopeNames(roleScopes(each))));
  const roleIds = roles.map(({ roleId }) => roleId);
  return and(
    eq(member.organizationId, ctx.organizationId),
    not(among(member.id, keepMembers)),
    or(
      eq(member.status, 'removed'),
      and(among(member.roleId, roleIds), ne(member.id, ctx.actor.memberId)),
    ),
  );
}
