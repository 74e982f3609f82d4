import type { Plan } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { callingKeyId } from '../../access/creator.ts';
import type { Ctx } from '../../context.ts';
import { planRequest } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import type { OutboxMessage } from '../../write/outbox.ts';
import { write } from '../../write/write.ts';
import { messageIdOf } from './billing-mail.ts';
import type { BillingProvider, PlanChangeRequest } from './billing-provider.ts';
import { findPendingRequest, requestFacts } from './plan-request.ts';
import { lockTerms, plainTerms, storeTerms, termsEvents, termsFacts } from './plan-terms.ts';

/** What a change asks for again in its transaction, whether it takes effect at once or is requested. */
const SCOPE = 'billing.manage';

/** No payment: the operator of the server decides who has which plan, or lets organizations choose. */
export const manualProvider: BillingProvider = {
  async changePlan(ctx, change) {
    if (ctx.services.billing.planChanges === 'self') return changeNow(ctx, change);
    return requestChange(ctx, change);
  },
  readAccount: async () => ({ renewsAt: null, paymentMethod: null }),
  listInvoices: async () => [],
  async openPortal() {
    throw new DomainError(
      'invalid_state',
      'This server has no payment portal, because TOLLKEEPER_BILLING is "manual". There is one once the operator of the server configures a payment provider there (docs/billing.md). Until then, ask the operator how the plan is paid.',
    );
  },
};

function changeNow(ctx: Ctx, { plan }: PlanChangeRequest): Promise<'changed'> {
  const action = 'billing.change_plan';
  return write<'changed'>(ctx, { scope: SCOPE, action }, async (tx, { organizationId }) => {
    const before = await lockTerms(tx, organizationId);
    requireOtherPlan(before.plan, plan);
    const after = plainTerms(plan);
    await storeTerms(tx, organizationId, before, after);
    const furtherEvents = await termsEvents(tx, organizationId, before, ctx.services.clock());
    return {
      result: 'changed',
      target: { type: 'organization', id: organizationId, name: before.name },
      before: termsFacts(before),
      after: termsFacts(after),
      furtherEvents,
      changes: [],
    };
  });
}

function requestChange(ctx: Ctx, { plan, message }: PlanChangeRequest): Promise<'requested'> {
  const { services } = ctx;
  const action = 'billing.request_plan';
  return write<'requested'>(ctx, { scope: SCOPE, action }, async (tx, confirmed) => {
    const { organizationId } = confirmed;
    const terms = await lockTerms(tx, organizationId);
    requireOtherPlan(terms.plan, plan);
    const before = await findPendingRequest(tx, organizationId);
    if (before && before.plan === plan && before.message === message) {
      return { replayed: 'requested' };
    }
    const requestedAt = services.clock();
    const request = {
      ...{ plan, message, requestedAt, status: 'pending' as const },
      requestedBy: confirmed.actor.memberId,
      createdByKeyId: callingKeyId(confirmed),
      decidedAt: null,
      decisionNote: null,
    };
    await tx.delete(planRequest).where(eq(planRequest.organizationId, organizationId));
    await tx.insert(planRequest).values({ organizationId, ...request });
    return {
      result: 'requested',
      target: { type: 'organization', id: organizationId, name: terms.name },
      before: before ? requestFacts(before) : null,
      after: requestFacts(request),
      changes: [],
      outbox: messagesAbout(ctx, plan, requestedAt),
    };
  });
}

/** Each plan once a day: an organization that requests and withdraws must not flood the operator. */
function messagesAbout(
  { services: { mailer, billing }, organizationId }: Ctx,
  plan: Plan,
  requestedAt: Date,
): OutboxMessage[] {
  if (mailer === null || billing.operatorEmail === null) return [];
  const topic = 'mail-plan-request';
  const day = requestedAt.toISOString().slice(0, 10);
  const id = messageIdOf(topic, organizationId, plan, day);
  return [{ topic, payload: { organizationId, plan }, id }];
}

function requireOtherPlan(current: string, plan: string): void {
  if (current !== plan) return;
  throw new DomainError('invalid_state', `The plan is "${plan}" already. Choose another one.`);
}
