import type { AuditAction, Plan } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { callingKeyId } from '../../access/creator.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { planRequest } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { idempotent } from '../../write/idempotent.ts';
import type { OutboxMessage } from '../../write/outbox.ts';
import { type Replayed, type Written, write } from '../../write/write.ts';
import { messageIdOf } from './billing-mail.ts';
import {
  asRequest,
  type BillingProvider,
  NO_ACCOUNT,
  type PlanChangeOutcome,
  type PlanChangeRequest,
} from './billing-provider.ts';
import { findPendingRequest, requestFacts } from './plan-request.ts';
import { lockTerms, plainTerms, storeTerms, termsEvents, termsFacts } from './plan-terms.ts';

/** What a change asks for again in its transaction, whether it takes effect at once or is requested. */
const SCOPE = 'billing.manage';

/** No payment: the operator of the server decides who has which plan, or lets organizations choose. */
export const manualProvider: BillingProvider = {
  isAvailable: () => true,
  async changePlan(ctx, change) {
    if (ctx.services.billing.planChanges === 'self') return changeNow(ctx, change);
    return requestChange(ctx, change);
  },
  previewChange: async () => ({ charge: null, startsAt: null }),
  refreshPlan: async () => undefined,
  readAccount: async () => NO_ACCOUNT,
  listInvoices: async () => [],
  async openPortal() {
    throw new DomainError(
      'invalid_state',
      'This server has no payment portal, because TOLLKEEPER_BILLING is "manual". There is one once the operator of the server configures a payment provider there (docs/billing.md). Until then, ask the operator how the plan is paid.',
    );
  },
};

function changeNow(ctx: Ctx, change: PlanChangeRequest): Promise<PlanChangeOutcome> {
  return writeOnce(ctx, 'billing.change_plan', change, async (tx, { organizationId }) => {
    const before = await lockTerms(tx, organizationId);
    requireOtherPlan(before.plan, change.plan);
    const after = plainTerms(change.plan);
    await storeTerms(tx, organizationId, before, after);
    const furtherEvents = await termsEvents(tx, organizationId, before, ctx.services.clock());
    return {
      result: { outcome: 'changed' },
      target: { type: 'organization', id: organizationId, name: before.name },
      before: termsFacts(before),
      after: termsFacts(after),
      furtherEvents,
      changes: [],
    };
  });
}

/** A retry with the same Idempotency-Key is answered as the first time. */
function writeOnce(
  ctx: Ctx,
  action: AuditAction,
  change: PlanChangeRequest,
  fn: (
    tx: Transaction,
    ctx: Ctx,
  ) => Promise<Written<PlanChangeOutcome> | Replayed<PlanChangeOutcome>>,
): Promise<PlanChangeOutcome> {
  return write<PlanChangeOutcome>(ctx, { scope: SCOPE, action }, (tx, confirmed) =>
    idempotent<PlanChangeOutcome>(
      tx,
      confirmed,
      asRequest(change),
      () => fn(tx, confirmed),
      (answer) => answer,
    ),
  );
}

function requestChange(ctx: Ctx, change: PlanChangeRequest): Promise<PlanChangeOutcome> {
  const { services } = ctx;
  const { plan, message } = change;
  return writeOnce(ctx, 'billing.request_plan', change, async (tx, confirmed) => {
    const { organizationId } = confirmed;
    const terms = await lockTerms(tx, organizationId);
    requireOtherPlan(terms.plan, plan);
    const before = await findPendingRequest(tx, organizationId);
    if (before && before.plan === plan && before.message === message) {
      return { replayed: { outcome: 'requested' } };
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
      result: { outcome: 'requested' },
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
