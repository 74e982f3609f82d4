import { OWNER_ROLE_ID } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { requireScopesHeld } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { role } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import { findRole, type KnownRole } from '../roles/index.ts';

/**
 * A role that the caller may give, which nobody deletes until the transaction ends.
 * @throws DomainError not_found, invalid_state for the owner's, scope_not_held
 */
export async function grantableRole(tx: Transaction, ctx: Ctx, id: string): Promise<KnownRole> {
  await tx
    .select({ id: role.id })
    .from(role)
    .where(and(eq(role.organizationId, ctx.organizationId), eq(role.id, id)))
    .for('key share');
  const found = await findRole(tx, ctx.organizationId, id);
  if (!found) throw notFound('role', id);
  if (found.id === OWNER_ROLE_ID) {
    throw new DomainError(
      'invalid_state',
      `The role "${found.name}" moves only by transfer of the organization. Choose another role.`,
    );
  }
  requireScopesHeld(ctx, found.scopes);
  return found;
}
