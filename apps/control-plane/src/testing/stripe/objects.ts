/** Objects of Stripe's API, with the fields that the product reads and those that explain them. */

export interface List<T> {
  readonly object: 'list';
  readonly data: T[];
  readonly has_more: boolean;
  readonly url: string;
}

export interface Price {
  readonly id: string;
  readonly object: 'price';
  readonly unit_amount: number;
  readonly currency: string;
}

export interface Customer {
  readonly id: string;
  readonly object: 'customer';
  readonly metadata: object;
  invoice_settings: { default_payment_method: string | null };
}

export interface DeletedCustomer {
  readonly id: string;
  readonly object: 'customer';
  readonly deleted: true;
}

export interface PaymentMethod {
  readonly id: string;
  readonly object: 'payment_method';
  readonly type: 'card' | 'sepa_debit';
  readonly card?: { readonly brand: string; readonly last4: string };
  readonly sepa_debit?: { readonly last4: string };
}

export interface Item {
  readonly id: string;
  readonly object: 'subscription_item';
  current_period_start: number;
  current_period_end: number;
  price: Price;
}

export interface Subscription {
  readonly id: string;
  readonly object: 'subscription';
  readonly customer: string;
  readonly created: number;
  status: 'trialing' | 'active' | 'past_due' | 'unpaid' | 'canceled' | 'incomplete' | 'paused';
  cancel_at: number | null;
  cancel_at_period_end: boolean;
  canceled_at: number | null;
  ended_at: number | null;
  default_payment_method: string | null;
  latest_invoice: string | null;
  pending_update: { readonly price: Price; readonly expires_at: number } | null;
  readonly items: List<Item>;
}

export interface InvoiceLine {
  readonly amount: number;
  readonly description: string;
  readonly parent: { readonly subscription_item_details: { readonly proration: boolean } };
}

export interface Invoice {
  readonly id: string;
  readonly object: 'invoice';
  readonly customer: string;
  readonly created: number;
  readonly currency: string;
  readonly number: string;
  readonly total: number;
  readonly amount_due: number;
  readonly hosted_invoice_url: string;
  readonly lines: List<InvoiceLine>;
  readonly parent: { readonly subscription_details: { readonly subscription: string } };
  readonly status_transitions: { readonly finalized_at: number | null };
  status: 'draft' | 'open' | 'paid' | 'void';
}

export interface CheckoutSession {
  readonly id: string;
  readonly object: 'checkout.session';
  readonly customer: string;
  readonly mode: 'subscription';
  readonly url: string;
  readonly price: Price;
  readonly trialDays: number;
  status: 'open' | 'complete' | 'expired';
  subscription: string | null;
}

export interface PortalSession {
  readonly id: string;
  readonly object: 'billing_portal.session';
  readonly customer: string;
  readonly return_url: string;
  readonly url: string;
}

export type Stored =
  | Price
  | Customer
  | DeletedCustomer
  | PaymentMethod
  | Subscription
  | Invoice
  | CheckoutSession
  | PortalSession;

export interface Event {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  readonly type: string;
  readonly data: { readonly object: Stored };
}

export function listAt<T>(url: string, data: T[], has_more = false): List<T> {
  return { object: 'list', data, has_more, url };
}
