import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import { type LockedKey, lockKeys, unrevokedOf } from './lock-keys.ts';

/**
 * Revokes what the member has. The secrets stay, so that a request with one is answered `revoked`.
 * @returns the keys
 */
export async function revokeKeys(
  tx: Transaction,
  ctx: Ctx,
  memberId: string,
): Promise<LockedKey[]> {
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
