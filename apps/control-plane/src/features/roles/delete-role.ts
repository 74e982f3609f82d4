import { OWNER_ROLE_ID, type Scope } from '@tollkeeper/contract';
import { and, eq, ne } from 'drizzle-orm';
import { requireScopesHeld, requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { invitation, member, role } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { write } from '../../write/write.ts';
import { requireRecentGrant } from '../identity/index.ts';
import { findRole, type KnownRole, lockRole } from './list-roles.ts';
import { requireRoleHeld } from './require-role-held.ts';

interface Input {
  readonly params: { readonly id: string };
  readonly query: { readonly replacementRoleId?: string | undefined };
}

/**
 * Deletes a custom role; its members and invitations get the replacement in the same moment.
 * @throws DomainError not_found, scope_not_held, recent_sign_in_required, invalid_state when it is in
 * use and none is named
 */
export function deleteRole(ctx: Ctx, { params, query }: Input): Promise<undefined> {
  requireWholeOrganization(ctx);
  return write(ctx, { scope: 'roles.delete', action: 'role.delete' }, async (tx, confirmed) => {
    const row = await lockRole(tx, confirmed, params.id, 'delete');
    requireScopesHeld(confirmed, row.scopes, 'roles.read');
    const moved = await replace(tx, confirmed, row, query.replacementRoleId);
    await tx.delete(role).where(eq(role.id, row.id));
    await forgetAnswer(tx, confirmed.organizationId, row.id);
    const { name, description, scopes } = row;
    return {
      result: undefined,
      target: { type: 'role', id: row.id, name },
      before: { name, description, scopes },
      after:
        moved.length > 0 ? { replacementRoleId: query.replacementRoleId, memberIds: moved } : null,
      changes: moved.map((subjectId) => ({ kind: 'member', subjectId })),
    };
  });
}

/** @returns the members who hold the replacement now */
async function replace(
  tx: Transaction,
  ctx: Ctx,
  row: { readonly id: string; readonly name: string; readonly scopes: readonly Scope[] },
  replacementId: string | undefined,
): Promise<string[]> {
  const held = and(eq(member.organizationId, ctx.organizationId), eq(member.roleId, row.id));
  const offered = and(
    eq(invitation.organizationId, ctx.organizationId),
    eq(invitation.roleId, row.id),
  );
  if (replacementId === undefined) {
    const users = await tx
      .select({ id: member.id })
      .from(member)
      .where(and(held, ne(member.status, 'removed')))
      .limit(1);
    const invited = await tx.select({ id: invitation.id }).from(invitation).where(offered).limit(1);
    if (users.length + invited.length === 0) return [];
    throw new DomainError(
      'invalid_state',
      `Cannot delete the role "${row.name}": members or invitations hold it. Name a replacement.`,
    );
  }
  const { id: roleId, scopes } = await replacement(tx, ctx, row.id, replacementId);
  await requireRecentGrant(tx, ctx, scopes, row.scopes);
  await tx.update(invitation).set({ roleId }).where(offered);
  const moved = await tx.update(member).set({ roleId }).where(held).returning({ id: member.id });
  return moved.map((each) => each.id).sort();
}

async function replacement(
  tx: Transaction,
  ctx: Ctx,
  deletedId: string,
  id: string,
): Promise<KnownRole> {
  const found = id === deletedId ? undefined : await findRole(tx, ctx.organizationId, id);
  if (!found) throw notFound('role', id);
  if (found.id === OWNER_ROLE_ID) {
    throw new DomainError(
      'invalid_state',
      'The role "Owner" moves only by transfer. Name another replacement.',
    );
  }
  await requireRoleHeld(tx, ctx, found);
  return found;
}
