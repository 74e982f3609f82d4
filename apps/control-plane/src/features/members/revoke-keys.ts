import { inArray } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { lockKeys } from './lock-keys.ts';

/**
 * Revokes what the member has. The secrets stay, so that who presents one is told `revoked`.
 * @returns the ids of the keys
 */
export async function revokeKeys(tx: Transaction, ctx: Ctx, memberId: string): Promise<string[]> {
  const ids = (await lockKeys(tx, ctx, memberId)).map((key) => key.id);
  await tx
    .update(apiKey)
    .set({
      status: 'revoked',
      revokedAt: ctx.services.clock(),
      revokeReason: 'Its owner was removed from the organization',
    })
    .where(inArray(apiKey.id, ids));
  return ids;
}
