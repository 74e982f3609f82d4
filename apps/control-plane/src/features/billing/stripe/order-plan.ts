import type { Plan } from '@tollkeeper/contract';
import type { Ctx } from '../../../context.ts';
import { DomainError } from '../../../domain-error.ts';
import { askStripe, requireStripe } from '../../../payments/stripe-account.ts';
import { findEarlierAnswer, storeAnswer } from '../../../write/idempotent.ts';
import { asRequest, type PlanChangeOutcome, type PlanChangeRequest } from '../billing-provider.ts';
import { beginCheckout } from './begin-checkout.ts';
import { findCustomer } from './customer-of.ts';
import {
  type FoundSubscription,
  type FoundSubscriptions,
  findSubscriptions,
} from './find-subscriptions.ts';
import { followSubscription } from './follow-subscription.ts';
import { type Order, RECORDED, type Recorded, recordOrder } from './record-order.ts';
import { isFailing, isLive } from './subscription-plan.ts';

/**
 * Has Stripe change what the organization is subscribed to; the plan follows from what it answers. What
 * somebody ordered is an audit event of its own before Stripe is asked, under which it is confirmed that
 * they may.
 * @throws DomainError invalid_state, unavailable
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
  const found = customer
    ? await findSubscriptions(requireStripe(ctx.services), customer.customerId)
    : NOTHING;
  const live = found.subscriptions.filter(isLive);
  if (plan === 'free') return cancel(order, live);
  const price = priceOf(ctx, plan);
  const [current, another] = live;
  if (another) throw tooMany(live.length);
  if (!current) return beginCheckout(order, price, { customer, found });
  if (isFailing(current) || current.status === 'paused') throw paymentDue();
  if (current.plan === plan) return resume(order, current);
  return replacePrice(order, price, current);
}

const NOTHING: FoundSubscriptions = { isDeleted: false, subscriptions: [], paymentMethod: null };

/** Each ends with the period that is paid. */
async function cancel(
  order: Order,
  live: readonly FoundSubscription[],
): Promise<PlanChangeOutcome> {
  const { ctx, isRetry } = order;
  const { client } = requireStripe(ctx.services);
  const going = live.filter(({ cancelAt }) => cancelAt === null);
  if (going.length === 0 && !(isRetry && live.length > 0)) {
    throw new DomainError(
      'invalid_state',
      live.length === 0
        ? 'No subscription is running that could end. A plan that the operator of the server set is the operator’s to change.'
        : 'The subscription ends already. Choose its plan again to keep it.',
    );
  }
  const subscriptions = going.map(({ id }) => id);
  await recordOrder(order, 'billing.cancel_subscription', { plan: 'free', subscriptions });
  for (const id of subscriptions) {
    await askStripe(() => client.subscriptions.update(id, { cancel_at_period_end: true }));
  }
  await followSubscription(ctx.services, ctx.organizationId);
  return { outcome: 'ending' };
}

async function resume(order: Order, current: FoundSubscription): Promise<PlanChangeOutcome> {
  const { ctx, change, isRetry } = order;
  const { plan } = change;
  if (current.cancelAt === null && !isRetry) {
    throw new DomainError('invalid_state', `The plan is "${plan}" already. Choose another one.`);
  }
  const after = { plan, subscriptions: [current.id] };
  await recordOrder(order, 'billing.resume_subscription', after);
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
): Promise<PlanChangeOutcome> {
  const { ctx, change } = order;
  const { client } = requireStripe(ctx.services);
  const after = { plan: change.plan, subscriptions: [current.id] };
  await recordOrder(order, 'billing.order_plan', after);
  if (current.cancelAt) await keep(ctx, current);
  const updated = await askStripe(() =>
    client.subscriptions.update(current.id, {
      items: [{ id: current.itemId, price }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'pending_if_incomplete',
      expand: ['latest_invoice'],
    }),
  );
  await followSubscription(ctx.services, ctx.organizationId);
  if (!updated.pending_update) return { outcome: 'changed' };
  const { latest_invoice: invoice } = updated;
  const url = typeof invoice === 'object' ? invoice?.hosted_invoice_url : undefined;
  if (!url) throw paymentDue();
  return { outcome: 'payment', url };
}

function priceOf(ctx: Ctx, plan: Plan): string {
  const [price] = requireStripe(ctx.services).config.prices.get(plan) ?? [];
  if (price !== undefined) return price;
  throw new DomainError(
    'invalid_state',
    `The plan "${plan}" cannot be bought here. Ask the operator of the server for it.`,
  );
}

function tooMany(count: number): DomainError {
  return new DomainError(
    'invalid_state',
    `You have ${count} subscriptions. End all but one in the portal, and try again.`,
  );
}

function paymentDue(): DomainError {
  return new DomainError(
    'invalid_state',
    'A payment is due for the subscription. Pay it in the portal, and try again.',
  );
}
