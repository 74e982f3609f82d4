import type { Invoice } from '@tollkeeper/contract';
import type Stripe from 'stripe';
import type { Ctx } from '../../../context.ts';
import { createLimitedTurns } from '../../../lineage/limited-turns.ts';
import { askStripe } from '../../../payments/ask-stripe.ts';
import { requireStripe } from '../../../payments/stripe-account.ts';
import { type BillingProvider, NO_ACCOUNT } from '../billing-provider.ts';
import { unlessGone } from './customer-at-stripe.ts';
import { findCustomer, findUsableCustomer } from './customer-of.ts';
import { fromSeconds } from './find-subscriptions.ts';
import { followSubscription } from './follow-subscription.ts';
import { openPortal } from './open-portal.ts';
import { orderPlan } from './order-plan.ts';
import { previewChange } from './preview-change.ts';
import { isSold } from './require-orderable.ts';

const INVOICES_MAX = 100;
/** Stripe limits the requests of all organizations together. */
const AT_ONCE_MAX = 8;

const limitedTurns = createLimitedTurns('requests ask the payment provider', AT_ONCE_MAX);

/** What a caller may repeat, so that one organization does not use up what Stripe answers to all. */
function inTurn<T>({ services, organizationId }: Ctx, ask: () => Promise<T>): Promise<T> {
  return limitedTurns(services.db, organizationId, ask);
}

/** The plan follows the subscription that Stripe has (docs/billing.md). */
export const stripeProvider: BillingProvider = {
  isAvailable: (services, plan) => plan === 'free' || isSold(requireStripe(services), plan),
  changePlan: (ctx, change) => inTurn(ctx, () => orderPlan(ctx, change)),
  previewChange: (ctx, plan) => inTurn(ctx, () => previewChange(ctx, plan)),
  async refreshPlan(services, organizationId) {
    const customer = await findCustomer(services.db, organizationId);
    // A plan that no subscription gave ends whatever Stripe says.
    if (customer?.planGiven) await followSubscription(services, organizationId);
  },
  async readAccount({ services, organizationId }) {
    const customer = await findCustomer(services.db, organizationId);
    if (!customer) return NO_ACCOUNT;
    const { renewsAt, onTrial, pastDueSince } = customer;
    const { paymentKind: kind, paymentBrand: brand, paymentLast4: last4 } = customer;
    return {
      renewsAt: renewsAt?.toISOString() ?? null,
      onTrial,
      paymentMethod: kind === null ? null : { kind, brand, last4 },
      pastDueSince: pastDueSince?.toISOString() ?? null,
    };
  },
  listInvoices: (ctx) => inTurn(ctx, () => listInvoices(ctx)),
  openPortal: (ctx) => inTurn(ctx, () => openPortal(ctx)),
};

async function listInvoices({ services, organizationId }: Ctx): Promise<Invoice[]> {
  const stripe = requireStripe(services);
  const bound = await findUsableCustomer(services, organizationId);
  if (!bound) return [];
  const { customerId: customer } = bound;
  const list = () => stripe.client.invoices.list({ customer, limit: INVOICES_MAX });
  const { data = [] } = (await askStripe(() => unlessGone(stripe, customer, list))) ?? {};
  // A draft may still change, and nobody can pay it yet.
  return data.filter(({ status }) => status !== 'draft').map(invoiceView);
}

function invoiceView(invoice: Stripe.Invoice): Invoice {
  const { id, number, created, total, currency, status, hosted_invoice_url: url } = invoice;
  return {
    ...{ id, number, currency },
    createdAt: fromSeconds(created).toISOString(),
    amount: total,
    status: status ?? 'open',
    url: url ?? null,
  };
}
