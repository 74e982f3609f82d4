import type { Ctx } from '../../../context.ts';
import type { Transaction } from '../../../db/connect.ts';
import { DomainError } from '../../../domain-error.ts';
import { askStripe, isRefused } from '../../../payments/ask-stripe.ts';
import { requireStripe } from '../../../payments/stripe-account.ts';
import { findEarlierAnswer, storeAnswer } from '../../../write/idempotent.ts';
import { requireRecentSignIn } from '../../identity/index.ts';
import { asRequest, type PlanChangeOutcome, type PlanChangeRequest } from '../billing-provider.ts';
import { beginCheckout } from './begin-checkout.ts';
import { findCustomer } from './customer-of.ts';
import {
  type FoundSubscription,
  findSubscriptions,
  NOTHING,
  type PaymentMethodFacts,
} from './find-subscriptions.ts';
import { followSubscription } from './follow-subscription.ts';
import { type Order, RECORDED, type Recorded, recordOrder } from './record-order.ts';
import { paymentDue, requireEnding, requireOrderable } from './require-orderable.ts';
import { isLive } from './subscription-plan.ts';

/**
 * Has Stripe change what the organization is subscribed to; the plan follows from what it answers. What
 * somebody ordered is an audit event of its own before Stripe is asked, under which it is confirmed that
 * they may.
 * @throws DomainError invalid_state, recent_sign_in_required, unavailable
 */
export async function orderPlan(ctx: Ctx, change: PlanChangeRequest): Promise<PlanChangeOutcome> {
  const earlier = await findEarlierAnswer<PlanChangeOutcome | Recorded>(ctx, asRequest(change));
  if (earlier && earlier.outcome !== RECORDED.outcome) return earlier;
  const outcome = await placeOrder({ ctx, change, isRetry: earlier !== undefined });
  await storeAnswer(ctx, outcome);
  return outcome;
}

async function placeOrder(order: Order): Promise<PlanChangeOutcome> {
  const { ctx, change } = order;
  const { plan } = change;
  const customer = await findCustomer(ctx.services.db, ctx.organizationId);
  const found = customer ? await findSubscriptions(requireStripe(ctx.services), customer) : NOTHING;
  const live = found.subscriptions.filter(isLive);
  if (plan === 'free') return cancel(order, live);
  const { price, current } = requireOrderable(requireStripe(ctx.services), plan, live);
  if (!current) return beginCheckout(order, price, { customer, found });
  if (current.plan === plan) return resume(order, current);
  const paidBy = current.paymentMethod ?? found.paymentMethod;
  return replacePrice(order, price, current, paidBy);
}

/** Each ends with the period that is paid. */
async function cancel(
  order: Order,
  live: readonly FoundSubscription[],
): Promise<PlanChangeOutcome> {
  const { ctx, isRetry } = order;
  const { client } = requireStripe(ctx.services);
  // A retry may find what the first has done.
  const isDone = isRetry && live.length > 0 && live.every(({ cancelAt }) => cancelAt !== null);
  const subscriptions = isDone ? [] : requireEnding(live).map(({ id }) => id);
  await recordOrder(order, 'billing.cancel_subscription', { plan: 'free', subscriptions });
  for (const id of subscriptions) {
    await askStripe(() => client.subscriptions.update(id, { cancel_at_period_end: true }));
  }
  await followSubscription(ctx.services, ctx.organizationId);
  return { outcome: 'ending' };
}

/** What the saved payment method pays needs a person who is there: a checkout asks for it by itself. */
function requireSpender(tx: Transaction, confirmed: Ctx): Promise<void> {
  return requireRecentSignIn(confirmed, tx);
}

async function resume(order: Order, current: FoundSubscription): Promise<PlanChangeOutcome> {
  const { ctx, change, isRetry } = order;
  const { plan } = change;
  if (current.cancelAt === null && !isRetry) {
    throw new DomainError('invalid_state', `The plan is "${plan}" already. Choose another one.`);
  }
  const after = { plan, subscriptions: [current.id] };
  await recordOrder(order, 'billing.resume_subscription', after, requireSpender);
  if (current.cancelAt) await keep(ctx, current);
  await followSubscription(ctx.services, ctx.organizationId);
  return { outcome: 'changed' };
}

async function keep(ctx: Ctx, { id, endsWithPeriod }: FoundSubscription): Promise<void> {
  const { client } = requireStripe(ctx.services);
  const params = endsWithPeriod ? { cancel_at_period_end: false } : { cancel_at: '' as const };
  await askStripe(() => client.subscriptions.update(id, params));
}

/** Stripe computes what is owed for the rest of the period. What is not paid at once does not take effect. */
async function replacePrice(
  order: Order,
  price: string,
  current: FoundSubscription,
  paidBy: PaymentMethodFacts | null,
): Promise<PlanChangeOutcome> {
  const { ctx, change } = order;
  const { client } = requireStripe(ctx.services);
  const after = { plan: change.plan, subscriptions: [current.id] };
  await recordOrder(order, 'billing.order_plan', after, requireSpender);
  if (current.cancelAt) await keep(ctx, current);
  const update = () =>
    client.subscriptions.update(current.id, {
      items: [{ id: current.itemId, price }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'pending_if_incomplete',
      expand: ['latest_invoice'],
    });
  const updated = await askStripe(update, (error) =>
    isRefused(error) && isDebit(paidBy) ? paidByDebit(error) : undefined,
  );
  await followSubscription(ctx.services, ctx.organizationId);
  if (!updated.pending_update) return { outcome: 'changed' };
  const { latest_invoice: invoice } = updated;
  const url = typeof invoice === 'object' ? invoice?.hosted_invoice_url : undefined;
  if (!url) throw paymentDue();
  return { outcome: 'payment', url };
}

/**
 * Bank debits are paid days later, so that Stripe holds no change back until they are
 * (https://docs.stripe.com/billing/subscriptions/pending-updates).
 */
function isDebit(paidBy: PaymentMethodFacts | null): boolean {
  return /_(?:debit|bank_account)$/.test(paidBy?.kind ?? '');
}

function paidByDebit(cause: unknown): DomainError {
  return new DomainError(
    'invalid_state',
    'The plan cannot be changed while the subscription is paid by bank debit. Choose a card in the portal, and try again. Or end the subscription, and choose the other plan once it has ended.',
    { cause },
  );
}
