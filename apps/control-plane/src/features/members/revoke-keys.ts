import { inArray } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { type LockedKey, lockKeys } from './lock-keys.ts';

/**
 * Revokes what the member has. The secrets stay, so that who presents one is told `revoked`.
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
    .where(
      inArray(
        apiKey.id,
        keys.map((key) => key.id),
      ),
    );
  return keys;
}
