import { type Account, requireCustomer } from './account.ts';
import { type Form, listOf, textOf } from './form.ts';
import type { CheckoutSession, Subscription } from './objects.ts';
import { refuse } from './refusal.ts';
import { addSubscription } from './subscriptions.ts';

export function createCheckout(account: Account, form: Form): CheckoutSession {
  const customer = requireCustomer(account, textOf(form, 'customer') ?? '');
  const [lineItem] = listOf(form, 'line_items');
  const priceId = textOf(lineItem as Form, 'price') ?? '';
  const price = account.get('price', priceId, 'line_items[0][price]');
  if (textOf(form, 'mode') !== 'subscription') throw refuse(400, 'parameter_missing', 'mode');
  const id = account.newId('cs_test');
  const details = form.subscription_data as Form | undefined;
  return account.add<CheckoutSession>({
    ...{ id, object: 'checkout.session', customer: customer.id, mode: 'subscription', price },
    url: `https://checkout.stripe.test/${id}`,
    trialDays: Number(details ? (textOf(details, 'trial_period_days') ?? 0) : 0),
    ...{ status: 'open', subscription: null },
  });
}

export function expireCheckout(account: Account, id: string): CheckoutSession {
  const session = requireOpen(account, id);
  session.status = 'expired';
  account.emit('checkout.session.expired', session);
  return session;
}

/** What a person does on the page of the checkout. */
export function completeCheckout(account: Account, id: string): Subscription {
  const session = requireOpen(account, id);
  const { customer, price, trialDays } = session;
  const subscription = addSubscription(account, customer, price, trialDays);
  Object.assign(session, { status: 'complete', subscription: subscription.id });
  account.emit('checkout.session.completed', session);
  return subscription;
}

function requireOpen(account: Account, id: string): CheckoutSession {
  const session = account.get('checkout.session', id);
  if (session.status === 'open') return session;
  throw refuse(400, 'checkout_session_not_open', `The session is ${session.status}.`);
}
