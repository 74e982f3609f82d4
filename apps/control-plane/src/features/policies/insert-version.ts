import { callingKeyId } from '../../access/creator.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { policyVersion } from '../../db/schema/index.ts';

interface NewVersion {
  readonly policyId: string;
  readonly number: number;
  readonly text: string;
  readonly restoredFrom?: number;
}

/** Keeps a text of a policy, with the caller as its author. */
export async function insertVersion(tx: Transaction, ctx: Ctx, version: NewVersion): Promise<void> {
  await tx.insert(policyVersion).values({
    ...version,
    organizationId: ctx.organizationId,
    memberId: ctx.actor.memberId,
    createdByKeyId: callingKeyId(ctx),
    createdAt: ctx.services.clock(),
  });
}
