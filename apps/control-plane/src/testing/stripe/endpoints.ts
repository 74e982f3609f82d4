import { type Account, requireCustomer, unendedOf } from './account.ts';
import { createCheckout, expireCheckout } from './checkout.ts';
import { type Form, type FormValue, listOf, textOf } from './form.ts';
import { prorations } from './invoices.ts';
import { type Customer, listAt, type PortalSession, type Stored } from './objects.ts';
import { refuse } from './refusal.ts';
import { cancelSubscription, updateSubscription } from './subscriptions.ts';

interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: RegExp;
  /** Every other parameter is refused. */
  readonly parameters: readonly string[];
  readonly answer: (account: Account, form: Form, id: string) => object;
}

const ID = '([\\w]+)';
const LISTED = ['limit', 'starting_after'];
/** What `expand` names may be so deep. */
const LEVELS_MAX = 4;

export const ENDPOINTS: readonly Endpoint[] = [
  on('POST', 'customers', ['metadata'], (account, form) =>
    account.add<Customer>({
      ...{ id: account.newId('cus'), object: 'customer' },
      metadata: (form.metadata ?? {}) as object,
      invoice_settings: { default_payment_method: null },
    }),
  ),
  on('GET', `customers/${ID}`, [], (account, _form, id) => account.get('customer', id)),
  on('DELETE', `customers/${ID}`, [], (account, _form, id) => deleteCustomer(account, id)),
  on('GET', 'subscriptions', [...LISTED, 'customer', 'status'], (account, form) => {
    const customer = requireCustomer(account, textOf(form, 'customer') ?? '');
    const isAll = textOf(form, 'status') === 'all';
    const found = account
      .all('subscription')
      .filter((each) => each.customer === customer.id && (isAll || each.status !== 'canceled'));
    return page('/v1/subscriptions', found, form);
  }),
  on('POST', `subscriptions/${ID}`, updateParameters(), (account, form, id) =>
    updateSubscription(account, id, form),
  ),
  on('DELETE', `subscriptions/${ID}`, [], (account, _form, id) => cancelSubscription(account, id)),
  on('GET', 'invoices', [...LISTED, 'customer'], (account, form) => {
    const customer = requireCustomer(account, textOf(form, 'customer') ?? '');
    const found = account.all('invoice').filter((each) => each.customer === customer.id);
    return page('/v1/invoices', found, form);
  }),
  on('POST', 'invoices/create_preview', previewParameters(), previewInvoice),
  on('POST', 'checkout/sessions', checkoutParameters(), createCheckout),
  on('GET', `checkout/sessions/${ID}`, [], (account, _form, id) =>
    account.get('checkout.session', id),
  ),
  on('POST', `checkout/sessions/${ID}/expire`, [], (account, _form, id) =>
    expireCheckout(account, id),
  ),
  on('POST', 'billing_portal/sessions', ['customer', 'return_url'], (account, form) => {
    const customer = requireCustomer(account, textOf(form, 'customer') ?? '');
    const id = account.newId('bps');
    return account.add<PortalSession>({
      ...{ id, object: 'billing_portal.session', customer: customer.id },
      return_url: textOf(form, 'return_url') ?? '',
      url: `https://billing.stripe.test/${id}`,
    });
  }),
];

function on(
  method: Endpoint['method'],
  path: string,
  parameters: readonly string[],
  answer: Endpoint['answer'],
): Endpoint {
  return {
    method,
    path: new RegExp(`^/v1/${path}$`),
    parameters: [...parameters, 'expand'],
    answer,
  };
}

function updateParameters(): string[] {
  const ends = ['cancel_at', 'cancel_at_period_end'];
  return [...ends, 'items', 'proration_behavior', 'proration_date', 'payment_behavior'];
}

function previewParameters(): string[] {
  return ['customer', 'subscription', 'subscription_details'];
}

function checkoutParameters(): string[] {
  const urls = ['success_url', 'cancel_url'];
  return [...urls, 'mode', 'customer', 'customer_update', 'line_items', 'subscription_data'];
}

function deleteCustomer(account: Account, id: string): object {
  const customer = requireCustomer(account, id);
  for (const subscription of unendedOf(account, id)) cancelSubscription(account, subscription.id);
  account.emit('customer.deleted', customer);
  return account.add({ id, object: 'customer', deleted: true });
}

function previewInvoice(account: Account, form: Form): object {
  const subscription = account.get('subscription', textOf(form, 'subscription') ?? '');
  const details = form.subscription_details as Form | undefined;
  const [change] = details ? listOf(details, 'items') : [];
  const price = account.get('price', textOf((change ?? {}) as Form, 'price') ?? '');
  const lines = prorations(account, subscription, price);
  const total = lines.reduce((sum, { amount }) => sum + amount, 0);
  return {
    ...{ object: 'invoice', currency: 'eur', customer: subscription.customer, total },
    amount_due: Math.max(0, total),
    lines: listAt('/v1/invoices/upcoming/lines', lines),
    parent: { subscription_details: { subscription: subscription.id } },
    status: 'draft',
  };
}

function page<T extends Stored>(url: string, found: readonly T[], form: Form) {
  const after = textOf(form, 'starting_after');
  const from = after === undefined ? 0 : found.findIndex(({ id }) => id === after) + 1;
  const limit = Number(textOf(form, 'limit') ?? 10);
  return listAt(url, found.slice(from, from + limit), found.length > from + limit);
}

/** Puts objects in the place of their ids, where `expand` asks for that. */
export function expanded(account: Account, answer: object, form: Form): object {
  const copy = structuredClone(answer);
  for (const path of listOf(form, 'expand')) expandPath(account, copy, pathOf(path));
  return copy;
}

function pathOf(path: FormValue): string[] {
  const names = typeof path === 'string' ? path.split('.') : [];
  if (names.length <= LEVELS_MAX) return names;
  throw refuse(
    400,
    'property_unknown',
    `No more than ${LEVELS_MAX} levels can be expanded: ${path}`,
  );
}

function expandPath(account: Account, at: unknown, [name, ...rest]: readonly string[]): void {
  if (Array.isArray(at)) {
    for (const each of at) expandPath(account, each, name === undefined ? [] : [name, ...rest]);
    return;
  }
  if (name === undefined || typeof at !== 'object' || at === null) return;
  // Of what was deleted, nothing else is left.
  if ('deleted' in at) return;
  if (!(name in at))
    throw refuse(400, 'property_unknown', `This property cannot be expanded: ${name}`);
  const value: unknown = Reflect.get(at, name);
  const found = typeof value === 'string' ? account.objects.get(value) : undefined;
  if (found) Reflect.set(at, name, structuredClone(found));
  expandPath(account, Reflect.get(at, name), rest);
}
