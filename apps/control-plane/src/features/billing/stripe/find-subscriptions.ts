import type { Plan } from '@tollkeeper/contract';
import type Stripe from 'stripe';
import type { StripeConfig } from '../../../config-stripe.ts';
import { askStripe, isMissing } from '../../../payments/ask-stripe.ts';
import type { StripeAccount } from '../../../payments/stripe-account.ts';
import { type FoundCheckouts, readCheckouts } from './checkouts.ts';
import { PAYMENT_METHOD, readCustomer, unlessGone } from './customer-at-stripe.ts';
import { type CustomerRow, isInMode } from './customer-of.ts';
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
  /** Whether the customer pays nothing any more: deleted at Stripe, or of a test mode that was left. */
  readonly isGone: boolean;
  /** Those to our plans, ended ones too: the account of Stripe may sell the customer other things. */
  readonly subscriptions: readonly FoundSubscription[];
  /** What pays where a subscription names nothing else. */
  readonly paymentMethod: PaymentMethodFacts | null;
  /** Of the checkouts that were begun here. */
  readonly checkouts: FoundCheckouts;
}

const PAGE = 100;
/** No deeper than the four levels that Stripe allows. */
const EXPANDED = [
  ...['data.latest_invoice', 'data.default_payment_method'],
  `data.customer.${PAYMENT_METHOD}`,
];

/** Of an organization that is no customer yet. */
export const NOTHING: FoundSubscriptions = {
  ...{ isGone: false, subscriptions: [], paymentMethod: null },
  checkouts: { open: [], settled: [], subscriptionIds: [] },
};

const GONE: FoundSubscriptions = { ...NOTHING, isGone: true };

/** What Stripe says of a customer now. @throws DomainError unavailable */
export async function findSubscriptions(
  stripe: StripeAccount,
  row: CustomerRow,
): Promise<FoundSubscriptions> {
  if (!isInMode(stripe, row)) return GONE;
  const { config } = stripe;
  const { customerId, subscriptionIds, checkoutIds } = row;
  return askStripe(async () => {
    const checkouts = await readCheckouts(stripe, checkoutIds);
    const known = [...subscriptionIds, ...checkouts.subscriptionIds];
    const listed = await listSubscriptions(stripe, customerId);
    if (!listed) return GONE;
    const { customer, subscriptions } = listed;
    return {
      isGone: false,
      subscriptions: subscriptions
        .map((each) => subscriptionFacts(each, config))
        .filter(({ id, plan }) => plan !== undefined || known.includes(id)),
      checkouts,
      paymentMethod: methodFacts(customer.invoice_settings?.default_payment_method),
    };
  });
}

/**
 * For `askStripe`: all subscriptions of a customer, who comes with them in one request.
 * @returns undefined where the customer is gone
 */
async function listSubscriptions(stripe: StripeAccount, customerId: string) {
  const subscriptions = await unlessGone(stripe, customerId, () =>
    stripe.client.subscriptions
      .list({ customer: customerId, status: 'all', limit: PAGE, expand: EXPANDED })
      .autoPagingToArray({ limit: 10 * PAGE }),
  );
  if (!subscriptions) return undefined;
  const [first] = subscriptions;
  const customer =
    typeof first?.customer === 'object' ? first.customer : await readCustomer(stripe, customerId);
  // Stripe ends the subscriptions of a customer who is deleted.
  return customer && !customer.deleted ? { customer, subscriptions } : undefined;
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
