import { POLICY_VERSIONS_MAX } from '@tollkeeper/contract';
import { and, eq, lte } from 'drizzle-orm';
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

/** Keeps a text of a policy, with the caller as its author, and drops the oldest beyond the latest thousand. */
export async function insertVersion(tx: Transaction, ctx: Ctx, version: NewVersion): Promise<void> {
  await tx.insert(policyVersion).values({
    ...version,
    organizationId: ctx.organizationId,
    memberId: ctx.actor.memberId,
    createdByKeyId: callingKeyId(ctx),
    createdAt: ctx.services.clock(),
  });
  const { policyId, number } = version;
  await tx
    .delete(policyVersion)
    .where(
      and(
        eq(policyVersion.policyId, policyId),
        lte(policyVersion.number, number - POLICY_VERSIONS_MAX),
      ),
    );
}
