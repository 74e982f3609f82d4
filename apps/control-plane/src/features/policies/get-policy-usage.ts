import type { PolicyUsage } from '@tollkeeper/contract';
import { and, eq, gt, sql } from 'drizzle-orm';
import { holds } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { shadowDenial } from '../../db/schema/index.ts';
import { readPolicy } from './policy-view.ts';

const DAY_MS = 86_400_000;

/**
 * A sum over all keys, which names none: of a policy that applies to what the caller reaches.
 * @throws DomainError not_found
 */
export async function getPolicyUsage(
  ctx: Ctx,
  { params }: { params: { id: string } },
): Promise<PolicyUsage> {
  const { db, clock } = ctx.services;
  const { id, mode } = await readPolicy(db, ctx, params.id);
  const [sum] = await db
    .select({ denied: sql<string>`coalesce(sum(${shadowDenial.denied}), 0)` })
    .from(shadowDenial)
    .where(
      and(
        eq(shadowDenial.organizationId, ctx.organizationId),
        eq(shadowDenial.policyId, id),
        ctx.workspaceId === null ? undefined : eq(shadowDenial.workspaceId, ctx.workspaceId),
        gt(shadowDenial.hour, new Date(clock().getTime() - DAY_MS)),
      ),
    );
  const shown = holds(ctx.scopes, 'policies.read') ? { mode } : {};
  return { policyId: id, ...shown, shadowDenials24h: Number(sum?.denied ?? 0) };
}
