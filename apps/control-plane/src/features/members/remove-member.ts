import { eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { allowLongStatements, type Transaction } from '../../db/connect.ts';
import { apiKey, joinKey, member } from '../../db/schema/index.ts';
import { invalidField, notFound } from '../../domain-error.ts';
import { memberFacts } from '../../write/created-facts.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { write } from '../../write/write.ts';
import { handOverKeys, type LockedKey, lockKeys, unrevokedOf } from './hand-over-keys.ts';
import { lockMembers, requirePowerOver } from './lock-member.ts';

interface Input {
  readonly params: { readonly id: string };
  readonly query: { readonly handOverTo?: string | undefined };
}

/**
 * Ends the membership. Its keys are revoked, or belong to another active member from then on,
 * whose ceiling holds; its join keys are deleted. The row stays: revoked keys still say whose they
 * were.
 * @throws DomainError not_found, validation_failed, invalid_state, scope_not_held,
 * recent_sign_in_required
 */
export function removeMember(ctx: Ctx, { params, query }: Input): Promise<undefined> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'members.remove', action: 'member.remove' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    await allowLongStatements(tx);
    const { leaving, heir } = await lockBoth(tx, confirmed, params.id, query.handOverTo);
    // Locking the member first keeps out a key that they would make meanwhile.
    const moved = heir
      ? await handOverKeys(tx, confirmed, leaving.id, heir)
      : await revokeKeys(tx, confirmed, leaving.id);
    const deletedJoinKeys = await deleteJoinKeys(tx, confirmed, leaving.id);
    await tx.update(member).set({ status: 'removed' }).where(eq(member.id, leaving.id));
    const keyIds = moved.map((key) => key.id);
    const keys = heir ? { keysHandedTo: heir.id, handedKeys: keyIds } : { revokedKeys: keyIds };
    return {
      result: undefined,
      target: { type: 'member', id: leaving.id, name: leaving.name },
      before: memberFacts(leaving),
      after: { ...memberFacts({ ...leaving, status: 'removed' }), ...keys, deletedJoinKeys },
      changes: [
        { kind: 'member', subjectId: leaving.id },
        ...moved.map(({ id, workspaceId }) => ({
          kind: 'key' as const,
          subjectId: id,
          workspaceId,
        })),
      ],
    };
  });
}

/** Should they ever come back, what they kept must not work again. */
async function deleteJoinKeys(tx: Transaction, ctx: Ctx, memberId: string): Promise<string[]> {
  const rows = await tx
    .delete(joinKey)
    .where(eq(joinKey.memberId, memberId))
    .returning({ id: joinKey.id });
  const ids = rows.map((row) => row.id);
  await forgetAnswer(tx, ctx.organizationId, ...ids);
  return ids;
}

async function lockBoth(tx: Transaction, ctx: Ctx, id: string, heirId: string | undefined) {
  if (heirId === id) throw invalidField('handOverTo', 'must name another member');
  const rows = await lockMembers(tx, ctx, heirId === undefined ? [id] : [id, heirId]);
  const leaving = rows.find((row) => row.id === id);
  if (!leaving) throw notFound('member', id);
  requirePowerOver(ctx, leaving, 'remove');
  const heir = rows.find((row) => row.id === heirId);
  if (heirId !== undefined && !heir) throw notFound('member', heirId);
  if (heir && heir.status !== 'active') {
    throw invalidField('handOverTo', 'is suspended; reinstate them first, or name another member');
  }
  return { leaving, heir };
}

/**
 * Revokes what the member has. The secrets stay, so that a request with one is answered `revoked`.
 * @returns the keys
 */
async function revokeKeys(tx: Transaction, ctx: Ctx, memberId: string): Promise<LockedKey[]> {
  const keys = await lockKeys(tx, ctx, memberId);
  await tx
    .update(apiKey)
    .set({
      status: 'revoked',
      revokedAt: ctx.services.clock(),
      revokeReason: 'Its owner was removed from the organization',
    })
    .where(unrevokedOf(ctx, memberId));
  return keys;
}
