import type { Plan, PlanPreview } from '@tollkeeper/contract';
import type { Ctx } from '../../../context.ts';
import { askStripe } from '../../../payments/ask-stripe.ts';
import { requireStripe } from '../../../payments/stripe-account.ts';
import { findCustomer } from './customer-of.ts';
import { type FoundSubscription, findSubscriptions } from './find-subscriptions.ts';
import { requireEnding, requireOrderable } from './require-orderable.ts';
import { isLive } from './subscription-plan.ts';

type Preview = Pick<PlanPreview, 'charge' | 'startsAt'>;

const AT_ONCE: Preview = { charge: null, startsAt: null };

/**
 * What Stripe would invoice at once for a change to the plan, and when Free would follow. A new
 * subscription shows its price at the checkout.
 * @throws DomainError unavailable; invalid_state where the plan cannot be ordered
 */
export async function previewChange(
  { services, organizationId }: Ctx,
  plan: Plan,
): Promise<Preview> {
  const stripe = requireStripe(services);
  const customer = await findCustomer(services.db, organizationId);
  const found = customer && (await findSubscriptions(stripe, customer));
  const live = found?.subscriptions.filter(isLive) ?? [];
  if (plan === 'free') {
    requireEnding(live);
    return { charge: null, startsAt: endOfAll(live) };
  }
  const { price, current } = requireOrderable(stripe, plan, live);
  if (!customer || !current || current.plan === plan) return AT_ONCE;
  const { total, currency } = await askStripe(() =>
    stripe.client.invoices.createPreview({
      customer: customer.customerId,
      subscription: current.id,
      subscription_details: {
        items: [{ id: current.itemId, price }],
        proration_behavior: 'always_invoice',
      },
    }),
  );
  return { charge: { amount: total, currency }, startsAt: null };
}

/** When the last of them would end, if all were canceled now. */
function endOfAll(live: readonly FoundSubscription[]): string {
  const ends = live.map(({ cancelAt, periodEnd }) => (cancelAt ?? periodEnd).getTime());
  return new Date(Math.max(...ends)).toISOString();
}
