import { randomUUID } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import type { Ctx } from '../../../context.ts';
import { stripeCustomer } from '../../../db/schema/index.ts';
import { askStripe, isFailureOfStripe } from '../../../payments/ask-stripe.ts';
import { requireStripe } from '../../../payments/stripe-account.ts';
import type { PlanChangeOutcome } from '../billing-provider.ts';
import { expireCheckouts, rememberCheckout } from './checkouts.ts';
import { type CustomerRow, findCustomer } from './customer-of.ts';
import type { FoundSubscriptions } from './find-subscriptions.ts';
import { type Order, recordOrder } from './record-order.ts';

interface Known {
  readonly customer: CustomerRow | undefined;
  readonly found: FoundSubscriptions;
}

/**
 * A new subscription, which begins once a person has paid on a page of Stripe. Only the last page can
 * still be paid.
 * @throws DomainError unavailable
 */
export async function beginCheckout(
  order: Order,
  price: string,
  { customer, found }: Known,
): Promise<PlanChangeOutcome> {
  const { ctx } = order;
  const stripe = requireStripe(ctx.services);
  const { client, config } = stripe;
  const usable = found.isGone ? undefined : customer;
  const customerId = await bindCustomer(order, usable, customer);
  const isFirst = found.subscriptions.length === 0;
  // Two that are paid would be two subscriptions.
  const { open, settled } = found.checkouts;
  await expireCheckouts(stripe, open);
  const session = await askStripe(() =>
    client.checkout.sessions.create({
      mode: 'subscription',
      customer: customerId,
      customer_update: { name: 'auto', address: 'auto' },
      line_items: [{ price, quantity: 1 }],
      success_url: `${ctx.services.baseUrl}/billing?paid=true`,
      cancel_url: `${ctx.services.baseUrl}/billing`,
      ...(isFirst && config.trialDays > 0
        ? { subscription_data: { trial_period_days: config.trialDays } }
        : {}),
    }),
  );
  const { db } = ctx.services;
  const others = await rememberCheckout(db, ctx.organizationId, session.id, open);
  await expireCheckouts(
    stripe,
    others.filter((id) => !settled.includes(id)),
  );
  if (session.url === null) throw new Error(`The checkout "${session.id}" has no address`);
  return { outcome: 'payment', url: session.url };
}

/**
 * The customer of Stripe that the organization is from now on, for every process.
 * @param usable the one that is bound, if it can still subscribe
 */
async function bindCustomer(
  order: Order,
  usable: CustomerRow | undefined,
  bound: CustomerRow | undefined,
): Promise<string> {
  const { ctx, change } = order;
  const { organizationId } = ctx;
  const customerId = usable?.customerId ?? (await createCustomer(ctx, bound));
  const after = { plan: change.plan, customerId };
  await recordOrder(order, 'billing.order_plan', after, async (tx) => {
    if (usable) return;
    const { livemode } = requireStripe(ctx.services);
    const row = { customerId, livemode, checkoutIds: [], subscriptionIds: [] };
    await tx
      .insert(stripeCustomer)
      .values({ organizationId, ...row })
      .onConflictDoNothing();
    if (!bound) return;
    const isBound = eq(stripeCustomer.customerId, bound.customerId);
    await tx
      .update(stripeCustomer)
      .set({ ...row, subscriptionId: null, revision: sql`${stripeCustomer.revision} + 1` })
      .where(and(eq(stripeCustomer.organizationId, organizationId), isBound));
  });
  const row = await findCustomer(ctx.services.db, organizationId);
  if (!row) throw new Error(`The organization "${organizationId}" has no customer`);
  return row.customerId;
}

/**
 * Two processes that create one at a time get the same, by the key. Stripe repeats a failure of its own
 * for as long as it keeps the key, which is a day: then another key asks anew. A customer whom nobody
 * uses is never billed.
 */
async function createCustomer(ctx: Ctx, bound: CustomerRow | undefined): Promise<string> {
  const { client } = requireStripe(ctx.services);
  const { organizationId } = ctx;
  const key = `customer/${organizationId}/${bound?.customerId ?? 'first'}`;
  // For people who look at it there; nothing is read from it here.
  const params = { metadata: { organization: organizationId } };
  const create = (idempotencyKey: string) => client.customers.create(params, { idempotencyKey });
  const { id } = await askStripe(() =>
    create(key).catch((error: unknown) => {
      if (!isFailureOfStripe(error)) throw error;
      return create(`${key}/${randomUUID()}`);
    }),
  );
  return id;
}
