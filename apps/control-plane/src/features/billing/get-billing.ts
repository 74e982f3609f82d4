import {
  type Billing,
  PLAN_KEYS_MAX,
  PLANS,
  type Plan,
  type PlanPreview,
  type PlanRequest,
} from '@tollkeeper/contract';
import { and, eq, gte, sql } from 'drizzle-orm';
import {
  creatingKey,
  creatingKeyName,
  creatingKeyView,
  isCreatingKey,
} from '../../access/creator.ts';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import {
  billing,
  member,
  organization,
  organizationUsage,
  planRequest,
  user,
} from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { providerOf } from './find-provider.ts';
import { planEffect } from './plan-effect.ts';
import { countKeysUsed, keysMaxOf } from './plan-limit.ts';

/** @throws DomainError outside_workspace */
export async function getBilling(ctx: Ctx): Promise<Billing> {
  requireWholeOrganization(ctx);
  const { services, organizationId } = ctx;
  const now = services.clock();
  const monthStartsAt = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()));
  const [terms, used, callsThisMonth, account] = await Promise.all([
    findTerms(ctx),
    countKeysUsed(services.db, organizationId, now),
    countCalls(ctx, monthStartsAt),
    providerOf(services).readAccount(ctx),
  ]);
  const { plan, keysMax, until, planAfter, note } = terms;
  const { provider, planChanges } = services.billing;
  // Nobody decides it any more, and a job withdraws it.
  const isUndecided = planChanges === 'self' && terms.request?.status === 'pending';
  return {
    plan,
    provider,
    planChanges,
    limits: { keys: { used, max: keysMaxOf(terms) } },
    ownLimit: keysMax !== null,
    callsThisMonth,
    monthStartsAt: monthStartsAt.toISOString(),
    until: until?.toISOString() ?? null,
    planAfter,
    note,
    ...account,
    request: isUndecided ? null : terms.request,
  };
}

/** All plans, with what changing to each would do now. @throws DomainError outside_workspace */
export async function getPlans(ctx: Ctx) {
  requireWholeOrganization(ctx);
  const { services, organizationId } = ctx;
  const [terms, used] = await Promise.all([
    findTerms(ctx),
    countKeysUsed(services.db, organizationId, services.clock()),
  ]);
  const provider = providerOf(services);
  const data = PLANS.map((plan) => {
    const current = plan === terms.plan;
    const available = provider.isAvailable(services, plan);
    const effect = planEffect(plan, terms, used);
    return {
      ...{ plan, keysMax: PLAN_KEYS_MAX[plan], current, available },
      effect: current || available ? effect : `${effect} ${NOT_AVAILABLE}`,
    };
  });
  return { data };
}

const NOT_AVAILABLE = 'It is not sold here: ask the operator of the server for it.';

/** @throws DomainError outside_workspace, unavailable; invalid_state where the plan cannot be ordered */
export async function previewPlanChange(
  ctx: Ctx,
  { query: { plan } }: { readonly query: { readonly plan: Plan } },
): Promise<PlanPreview> {
  requireWholeOrganization(ctx);
  const { services, organizationId } = ctx;
  const [terms, used, preview] = await Promise.all([
    findTerms(ctx),
    countKeysUsed(services.db, organizationId, services.clock()),
    providerOf(services).previewChange(ctx, plan),
  ]);
  return { plan, effect: planEffect(plan, terms, used), ...preview };
}

async function findTerms(ctx: Ctx) {
  const { services, organizationId } = ctx;
  const [row] = await services.db
    .select({
      ...{ organization, billing, planRequest },
      requesterName: user.name,
      keyName: creatingKeyName(ctx),
    })
    .from(organization)
    .leftJoin(billing, eq(billing.organizationId, organization.id))
    .leftJoin(planRequest, eq(planRequest.organizationId, organization.id))
    .leftJoin(
      member,
      and(
        eq(member.id, planRequest.requestedBy),
        eq(member.organizationId, planRequest.organizationId),
      ),
    )
    .leftJoin(user, eq(user.id, member.userId))
    .leftJoin(creatingKey, isCreatingKey(planRequest))
    .where(eq(organization.id, organizationId));
  if (!row) throw notFound('organization', organizationId);
  return {
    plan: row.organization.plan,
    keysMax: row.organization.keysMax,
    until: row.billing?.until ?? null,
    planAfter: row.billing?.planAfter ?? null,
    note: row.billing?.note ?? null,
    request: row.planRequest && requestView(row.planRequest, row.requesterName, row.keyName),
  };
}

/** @param name null once the requester was removed */
function requestView(
  row: typeof planRequest.$inferSelect,
  name: string | null,
  keyName: string | null,
): PlanRequest {
  const { plan, status, message, requestedBy, requestedAt, decidedAt, decisionNote } = row;
  return {
    ...{ plan, status, message, decisionNote },
    requestedBy: { memberId: requestedBy, name: name ?? 'a former member' },
    requestedByKey: creatingKeyView(row.createdByKeyId, keyName),
    requestedAt: requestedAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
  };
}

/** Accepted calls of all keys, those that the caller does not see included. Minutes are kept for 31 days, as many as a month has at most. */
async function countCalls({ services, organizationId }: Ctx, from: Date): Promise<number> {
  const [row] = await services.db
    .select({ calls: sql<string>`coalesce(sum(${organizationUsage.accepted}), 0)` })
    .from(organizationUsage)
    .where(
      and(
        eq(organizationUsage.organizationId, organizationId),
        gte(organizationUsage.minute, from),
      ),
    );
  return Number(row?.calls ?? 0);
}
