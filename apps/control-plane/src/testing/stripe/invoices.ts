import type { Account } from './account.ts';
import {
  type Invoice,
  type InvoiceLine,
  listAt,
  type Price,
  type Subscription,
} from './objects.ts';

/** What a change of price at this moment costs: the rest of the period, at both prices. */
export function prorations(account: Account, subscription: Subscription, price: Price) {
  const [item] = subscription.items.data;
  if (!item) return [];
  const { current_period_start: start, current_period_end: end } = item;
  const share = Math.max(0, end - account.now()) / (end - start);
  // Nothing has been paid for a trial.
  if (subscription.status === 'trialing') return [];
  return [
    line(-Math.round(item.price.unit_amount * share), `Unused time on ${item.price.id}`, true),
    line(Math.round(price.unit_amount * share), `Remaining time on ${price.id}`, true),
  ];
}

export function line(amount: number, description: string, proration = false): InvoiceLine {
  return { amount, description, parent: { subscription_item_details: { proration } } };
}

/** An invoice that is finalized at once, and paid unless cards are declined. Nothing is due below zero. */
export function addInvoice(
  account: Account,
  subscription: Subscription,
  lines: InvoiceLine[],
): Invoice {
  const id = account.newId('in');
  const total = lines.reduce((sum, { amount }) => sum + amount, 0);
  const isPaid = total <= 0 || !account.declines;
  const invoice = account.add<Invoice>({
    ...{ id, object: 'invoice', customer: subscription.customer, created: account.now() },
    ...{ currency: 'eur', number: `TEST-${id}`, total, amount_due: Math.max(0, total) },
    hosted_invoice_url: `https://invoice.stripe.test/${id}`,
    lines: listAt(`/v1/invoices/${id}/lines`, lines),
    parent: { subscription_details: { subscription: subscription.id } },
    status_transitions: { finalized_at: account.now() },
    status: isPaid ? 'paid' : 'open',
  });
  subscription.latest_invoice = id;
  account.emit(isPaid ? 'invoice.paid' : 'invoice.payment_failed', invoice);
  return invoice;
}

/** What a person does on the page of the invoice. A pending update takes effect with it. */
export function payInvoice(account: Account, id: string): void {
  const invoice = account.get('invoice', id);
  const { subscription: subscriptionId } = invoice.parent.subscription_details;
  const subscription = account.get('subscription', subscriptionId);
  invoice.status = 'paid';
  account.emit('invoice.paid', invoice);
  if (subscription.status === 'canceled' || subscription.latest_invoice !== id) return;
  const [item] = subscription.items.data;
  if (item && subscription.pending_update) item.price = subscription.pending_update.price;
  subscription.pending_update = null;
  if (subscription.status !== 'trialing') subscription.status = 'active';
  account.emit('customer.subscription.updated', subscription);
}
