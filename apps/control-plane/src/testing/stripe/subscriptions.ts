import type { Account } from './account.ts';
import { type Form, listOf, textOf } from './form.ts';
import { addInvoice, line, prorations } from './invoices.ts';
import { listAt, type Price, type Subscription } from './objects.ts';
import { Refusal, refuse } from './refusal.ts';

const DAY_S = 86_400;
export const PERIOD_S = 30 * DAY_S;
/** How long an update may wait for its payment. */
const PENDING_S = 23 * 3600;

export function addSubscription(
  account: Account,
  customer: string,
  price: Price,
  trialDays: number,
): Subscription {
  const id = account.newId('sub');
  const start = account.now();
  const end = start + (trialDays > 0 ? trialDays * DAY_S : PERIOD_S);
  const method = account.add({
    ...{ id: account.newId('pm'), object: 'payment_method' as const, type: 'card' as const },
    card: { brand: 'visa', last4: '4242' },
  });
  const item = {
    ...{ id: account.newId('si'), object: 'subscription_item' as const, price },
    ...{ current_period_start: start, current_period_end: end },
  };
  const subscription = account.add<Subscription>({
    ...{ id, object: 'subscription', customer, created: start },
    status: trialDays > 0 ? 'trialing' : 'active',
    ...{ cancel_at: null, cancel_at_period_end: false, canceled_at: null, ended_at: null },
    ...{ default_payment_method: method.id, latest_invoice: null, pending_update: null },
    items: listAt(`/v1/subscription_items?subscription=${id}`, [item]),
  });
  addInvoice(account, subscription, [line(trialDays > 0 ? 0 : price.unit_amount, price.id)]);
  account.emit('customer.subscription.created', subscription);
  return subscription;
}

export function updateSubscription(account: Account, id: string, form: Form): Subscription {
  const subscription = account.get('subscription', id);
  if (subscription.status === 'canceled') {
    throw refuse(400, 'invalid_canceled_subscription_fields', 'A canceled subscription is final.');
  }
  setEnd(subscription, form);
  for (const each of listOf(form, 'items')) {
    setPrice(account, subscription, each as Form, form);
  }
  account.emit('customer.subscription.updated', subscription);
  return subscription;
}

function setEnd(subscription: Subscription, form: Form): void {
  const [item] = subscription.items.data;
  const atPeriodEnd = textOf(form, 'cancel_at_period_end');
  if (atPeriodEnd !== undefined) {
    subscription.cancel_at_period_end = atPeriodEnd === 'true';
    subscription.cancel_at = atPeriodEnd === 'true' ? (item?.current_period_end ?? null) : null;
  }
  if (textOf(form, 'cancel_at') === '') subscription.cancel_at = null;
}

function setPrice(account: Account, subscription: Subscription, change: Form, form: Form): void {
  const item = subscription.items.data.find((each) => each.id === textOf(change, 'id'));
  const price = account.get('price', textOf(change, 'price') ?? '', 'items[0][price]');
  const method = account.objects.get(subscription.default_payment_method ?? '');
  const isCard = method?.object !== 'payment_method' || method.type === 'card';
  if (!isCard && textOf(form, 'payment_behavior') === 'pending_if_incomplete') {
    throw refuse(400, '', 'Pending updates are not supported for bank debits.');
  }
  if (!item) throw refuse(400, 'resource_missing', 'No such subscription item');
  const lines = prorations(account, subscription, price);
  if (lines.length === 0 || textOf(form, 'proration_behavior') !== 'always_invoice') {
    item.price = price;
    return;
  }
  const invoice = addInvoice(account, subscription, lines);
  if (invoice.status === 'paid') {
    item.price = price;
    return;
  }
  switch (textOf(form, 'payment_behavior') ?? 'allow_incomplete') {
    case 'pending_if_incomplete':
      subscription.pending_update = { price, expires_at: account.now() + PENDING_S };
      return;
    case 'allow_incomplete':
      item.price = price;
      subscription.status = 'past_due';
      return;
    default:
      throw new Refusal(402, 'card_error', 'card_declined', 'Your card was declined.');
  }
}

export function cancelSubscription(account: Account, id: string): Subscription {
  const subscription = account.get('subscription', id);
  if (subscription.status === 'canceled') {
    throw refuse(404, 'resource_missing', `No such subscription: '${id}'`);
  }
  const at = account.now();
  Object.assign(subscription, { status: 'canceled', canceled_at: at, ended_at: at });
  account.emit('customer.subscription.deleted', subscription);
  return subscription;
}

/** The end of a period: the subscription ends, or renews with a new invoice. */
export function endPeriod(account: Account, id: string): void {
  const subscription = account.get('subscription', id);
  if (subscription.cancel_at_period_end) {
    cancelSubscription(account, id);
    return;
  }
  const [item] = subscription.items.data;
  if (!item) return;
  item.current_period_start = item.current_period_end;
  item.current_period_end += PERIOD_S;
  const invoice = addInvoice(account, subscription, [line(item.price.unit_amount, item.price.id)]);
  subscription.status = invoice.status === 'paid' ? 'active' : 'past_due';
  account.emit('customer.subscription.updated', subscription);
}

/** Stripe stops trying to be paid: what then is chosen in its dashboard. */
export function giveUpPayment(account: Account, id: string): void {
  const subscription = account.get('subscription', id);
  subscription.status = 'unpaid';
  account.emit('customer.subscription.updated', subscription);
}
