import { OWNER_ROLE_ID } from '@tollkeeper/contract';
import { missing, scopeNames } from '@tollkeeper/verify';
import { and, asc, eq, inArray } from 'drizzle-orm';
import { holds } from '../../access/require-scope.ts';
import { customRole, heldRoleColumns, roleScopes } from '../../access/role-scopes.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { member, role, user } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import { present } from './list-members.ts';

/**
 * The members with these ids, locked until the transaction ends; in the order of their ids, so
 * that two who lock the same pair cannot wait for each other.
 */
export function lockMembers(tx: Transaction, ctx: Ctx, ids: readonly string[]) {
  return tx
    .select({ id: member.id, name: user.name, status: member.status, ...heldRoleColumns })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .leftJoin(role, customRole)
    .where(and(present(ctx), inArray(member.id, [...ids])))
    .orderBy(asc(member.id))
    .for('update', { of: member });
}
export type LockedMember = Awaited<ReturnType<typeof lockMembers>>[number];

/**
 * The member that the caller is about to change.
 * @throws DomainError not_found, and as `requirePowerOver` does
 */
export async function lockMember(tx: Transaction, ctx: Ctx, id: string, verb: string) {
  const [row] = await lockMembers(tx, ctx, [id]);
  if (!row) throw notFound('member', id);
  requirePowerOver(ctx, row, verb);
  return row;
}

/**
 * Nobody changes the owner, themselves, or a member who holds more than they do: the last would
 * let the lesser shut the greater out.
 * @throws DomainError invalid_state, scope_not_held
 */
export function requirePowerOver(ctx: Ctx, row: LockedMember, verb: string): void {
  if (row.roleId === OWNER_ROLE_ID) {
    throw new DomainError(
      'invalid_state',
      `Cannot ${verb} "${row.name}": they own the organization. Transfer the ownership first.`,
    );
  }
  if (row.id === ctx.actor.memberId) {
    throw new DomainError('invalid_state', `Cannot ${verb} yourself. Ask another member who may.`);
  }
  const needed = roleScopes(row);
  const scopes = scopeNames(missing(ctx.scopes, needed));
  if (scopes.length === 0) {
    ctx.scopes.record?.require(scopeNames(needed));
    return;
  }
  if (!holds(ctx.scopes, 'roles.read')) {
    throw new DomainError(
      'scope_not_held',
      `Cannot ${verb} "${row.name}": their role holds scopes that you do not. Ask someone who does; seeing which ones needs "roles.read".`,
    );
  }
  throw new DomainError(
    'scope_not_held',
    `Cannot ${verb} "${row.name}": their role holds ${scopes.map((name) => `"${name}"`).join(', ')}, which you do not. Ask someone who does.`,
    { scopes },
  );
}
