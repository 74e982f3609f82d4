import type { PolicyPropagation } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { policy } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { readPropagation } from './get-key-propagation.ts';
import { findLastChanges, type KeyChange } from './key-changes.ts';

/**
 * Which gateways decide with the last change of the policy: those of its workspace, or all for a
 * policy of the organization.
 * @throws DomainError not_found
 */
export async function getPolicyPropagation(
  ctx: Ctx,
  { params: { id } }: { params: { id: string } },
): Promise<PolicyPropagation> {
  const last = (await findLastChanges(ctx, 'policy', [id])).get(id);
  const change: KeyChange | undefined = last
    ? { ...last, at: last.countedAt ?? last.at }
    : await findUnchanged(ctx, id);
  const isVisible =
    ctx.workspaceId === null ||
    change?.workspaceId === null ||
    change?.workspaceId === ctx.workspaceId;
  if (!change || !isVisible) throw notFound('policy', id);
  return { policyId: id, ...(await readPropagation(ctx, [change])) };
}

/** A policy of which no change is remembered: the one that came with its workspace, or an old one. */
async function findUnchanged(ctx: Ctx, id: string): Promise<KeyChange | undefined> {
  const [row] = await ctx.services.db
    .select({ workspaceId: policy.workspaceId })
    .from(policy)
    .where(and(eq(policy.organizationId, ctx.organizationId), eq(policy.id, id)));
  return row && { ...row, changeId: null, at: null };
}
