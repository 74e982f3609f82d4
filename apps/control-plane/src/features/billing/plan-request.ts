import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { planRequest } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import type { Facts } from '../../write/audit.ts';
import { write } from '../../write/write.ts';
import { lockTerms } from './plan-terms.ts';

type PlanRequestRow = typeof planRequest.$inferSelect;

/** @throws DomainError not_found where no request is pending */
export function withdrawPlanRequest(ctx: Ctx): Promise<RouteOutput<Routes['withdrawPlanRequest']>> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'billing.manage', action: 'billing.withdraw_request' } as const;
  return write<undefined>(ctx, spec, async (tx, { organizationId }) => {
    const { name } = await lockTerms(tx, organizationId);
    const request = await findPendingRequest(tx, organizationId);
    if (!request) {
      throw new DomainError('not_found', 'No request for another plan is pending.');
    }
    await tx.delete(planRequest).where(eq(planRequest.organizationId, organizationId));
    return {
      result: undefined,
      target: { type: 'organization', id: organizationId, name },
      before: requestFacts(request),
      after: null,
      changes: [],
    };
  });
}

/** For a transaction that has locked the organization's row. */
export async function findPendingRequest(
  tx: Transaction,
  organizationId: string,
): Promise<PlanRequestRow | undefined> {
  const [row] = await tx
    .select()
    .from(planRequest)
    .where(and(eq(planRequest.organizationId, organizationId), eq(planRequest.status, 'pending')));
  return row;
}

/** As the audit log records it. */
export function requestFacts({
  plan,
  message,
  requestedBy,
  createdByKeyId,
}: Pick<PlanRequestRow, 'plan' | 'message' | 'requestedBy' | 'createdByKeyId'>): Facts {
  return { requestedPlan: plan, message, requestedBy, requestedByKeyId: createdByKeyId };
}
