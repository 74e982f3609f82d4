import type { Plan } from '@tollkeeper/contract';
import type Stripe from 'stripe';
import type { StripeConfig } from '../../../config-stripe.ts';
import { askStripe, isMissing, type StripeAccount } from '../../../payments/stripe-account.ts';
import type { SubscriptionFacts } from './subscription-plan.ts';

/** How an organization pays, as Stripe shows it to people. */
export interface PaymentMethodFacts {
  readonly kind: string;
  readonly brand: string | null;
  readonly last4: string | null;
}

export interface FoundSubscription extends SubscriptionFacts {
  readonly createdAt: Date;
  /** The item whose price an update replaces. */
  readonly itemId: string;
  /** Whether it ends with its period, and not at a time that somebody set. */
  readonly endsWithPeriod: boolean;
  readonly paymentMethod: PaymentMethodFacts | null;
}

export interface FoundSubscriptions {
  /** Whether somebody deleted the customer at Stripe. */
  readonly isDeleted: boolean;
  /** Ended ones too. */
  readonly subscriptions: readonly FoundSubscription[];
  /** What pays where a subscription names nothing else. */
  readonly paymentMethod: PaymentMethodFacts | null;
}

const PAGE = 100;

/** What Stripe says of a customer now. @throws DomainError unavailable */
export function findSubscriptions(
  { client, config }: StripeAccount,
  customerId: string,
): Promise<FoundSubscriptions> {
  return askStripe(async () => {
    const customer = await client.customers.retrieve(customerId, {
      expand: ['invoice_settings.default_payment_method'],
    });
    // Stripe ends the subscriptions of a customer who is deleted, and lists them no more.
    if (customer.deleted) return { isDeleted: true, subscriptions: [], paymentMethod: null };
    const found = await client.subscriptions
      .list({
        customer: customerId,
        status: 'all',
        limit: PAGE,
        expand: ['data.latest_invoice', 'data.default_payment_method'],
      })
      .autoPagingToArray({ limit: 10 * PAGE });
    return {
      isDeleted: false,
      subscriptions: found.map((each) => subscriptionFacts(each, config)),
      paymentMethod: methodFacts(customer.invoice_settings?.default_payment_method),
    };
  });
}

/** @throws DomainError unavailable */
export async function cancelNow({ client }: StripeAccount, subscriptionId: string): Promise<void> {
  await askStripe(() =>
    client.subscriptions.cancel(subscriptionId).catch((error: unknown) => {
      // It has ended meanwhile.
      if (!isMissing(error)) throw error;
    }),
  );
}

function subscriptionFacts(found: Stripe.Subscription, config: StripeConfig): FoundSubscription {
  const items = found.items.data.map((item) => ({ item, plan: planOf(item.price.id, config) }));
  const { item, plan } = items.find((each) => each.plan !== undefined) ?? items[0] ?? {};
  // Stripe refuses a subscription without an item.
  if (!item) throw new Error(`The subscription "${found.id}" has no item`);
  const periodEnd = fromSeconds(item.current_period_end);
  return {
    id: found.id,
    createdAt: fromSeconds(found.created),
    itemId: item.id,
    status: found.status,
    plan,
    periodEnd,
    cancelAt: cancelTime(found, periodEnd),
    endsWithPeriod: found.cancel_at_period_end,
    unpaidSince: unpaidSince(found.latest_invoice),
    paymentMethod: methodFacts(found.default_payment_method),
  };
}

function planOf(priceId: string, { prices }: StripeConfig): Plan | undefined {
  return [...prices].find(([, ids]) => ids.includes(priceId))?.[0];
}

function cancelTime({ cancel_at, cancel_at_period_end }: Stripe.Subscription, periodEnd: Date) {
  if (cancel_at !== null) return fromSeconds(cancel_at);
  return cancel_at_period_end ? periodEnd : null;
}

function unpaidSince(invoice: Stripe.Subscription['latest_invoice']): Date | null {
  if (typeof invoice !== 'object' || invoice === null || invoice.status !== 'open') return null;
  return fromSeconds(invoice.status_transitions.finalized_at ?? invoice.created);
}

function methodFacts(
  method: string | Stripe.PaymentMethod | null | undefined,
): PaymentMethodFacts | null {
  if (typeof method !== 'object' || method === null) return null;
  const { type: kind, card, sepa_debit: debit } = method;
  return { kind, brand: card?.brand ?? null, last4: card?.last4 ?? debit?.last4 ?? null };
}

export function fromSeconds(seconds: number): Date {
  return new Date(seconds * 1000);
}
