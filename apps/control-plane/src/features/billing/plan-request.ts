import { randomUUID } from 'node:crypto';
import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { and, eq, isNull } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx, Services } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { organization, planRequest } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { runForEach } from '../../run-for-each.ts';
import type { Facts } from '../../write/audit.ts';
import { commit, type WriteServices, type Written, write } from '../../write/write.ts';
import { lockTerms } from './plan-terms.ts';

type PlanRequestRow = typeof planRequest.$inferSelect;

interface Withdrawal {
  readonly query: { readonly requestedAt?: string | undefined };
}

/** @throws DomainError not_found where no request is pending; invalid_state where another one is */
export function withdrawPlanRequest(
  ctx: Ctx,
  { query: { requestedAt } }: Withdrawal,
): Promise<RouteOutput<Routes['withdrawPlanRequest']>> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'billing.manage', action: 'billing.withdraw_request' } as const;
  return write<undefined>(ctx, spec, async (tx, { organizationId }) => {
    const { name } = await lockTerms(tx, organizationId);
    const request = await findPendingRequest(tx, organizationId);
    if (!request) {
      throw new DomainError('not_found', 'No request for another plan is pending.');
    }
    if (requestedAt !== undefined && request.requestedAt.getTime() !== Date.parse(requestedAt)) {
      throw new DomainError(
        'invalid_state',
        `Another request is pending by now, for the plan "${request.plan}". Read it, and withdraw it if you mean that one.`,
      );
    }
    return withdrawn(tx, organizationId, name, request);
  });
}

type WithdrawServices = WriteServices & Pick<Services, 'billing' | 'log'>;

/** Withdraws what nobody decides any more: the installation lets organizations change their plan themselves. */
export async function withdrawUndecided(services: WithdrawServices): Promise<undefined> {
  if (services.billing.planChanges !== 'self') return undefined;
  const pending = await services.db
    .select({ organizationId: planRequest.organizationId })
    .from(planRequest)
    .innerJoin(organization, eq(organization.id, planRequest.organizationId))
    .where(and(eq(planRequest.status, 'pending'), isNull(organization.deletedAt)));
  const contextOf = ({ organizationId }: (typeof pending)[number]) => ({ organizationId });
  await runForEach(services.log, pending, contextOf, ({ organizationId }) =>
    withdrawOne(services, organizationId),
  );
  return undefined;
}

function withdrawOne(services: WithdrawServices, organizationId: string): Promise<undefined> {
  const source = {
    organizationId,
    actor: { type: 'system', job: 'end-plans' } as const,
    action: 'billing.withdraw_request' as const,
    origin: { requestId: `req_${randomUUID()}`, ip: null, userAgent: null },
  };
  return commit<undefined>(services, source, async (tx) => {
    const { name } = await lockTerms(tx, organizationId);
    const request = await findPendingRequest(tx, organizationId);
    if (!request) return { replayed: undefined };
    return withdrawn(tx, organizationId, name, request);
  });
}

async function withdrawn(
  tx: Transaction,
  organizationId: string,
  name: string,
  request: PlanRequestRow,
): Promise<Written<undefined>> {
  await tx.delete(planRequest).where(eq(planRequest.organizationId, organizationId));
  return {
    result: undefined,
    target: { type: 'organization', id: organizationId, name },
    before: requestFacts(request),
    after: null,
    changes: [],
  };
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
