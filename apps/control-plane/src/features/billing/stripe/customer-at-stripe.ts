import { isMissing, isRefused } from '../../../payments/ask-stripe.ts';
import type { StripeAccount } from '../../../payments/stripe-account.ts';

/** Of a customer: what pays where nothing else is named. */
export const PAYMENT_METHOD = 'invoice_settings.default_payment_method';

/**
 * For `askStripe`: the customer, who may have been deleted.
 * @returns undefined where the account of test mode is another by now, which knows none of the customers before
 */
export function readCustomer({ client, livemode }: StripeAccount, id: string) {
  return client.customers.retrieve(id, { expand: [PAYMENT_METHOD] }).catch((error: unknown) => {
    // In live mode somebody may be billed: that is no reason to forget them.
    if (livemode || !isMissing(error)) throw error;
    return undefined;
  });
}

/**
 * For `askStripe`: what Stripe answers about a customer. It refuses requests about one who was deleted.
 * @returns undefined where the customer is gone
 */
export async function unlessGone<T>(
  stripe: StripeAccount,
  customerId: string,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!isRefused(error)) throw error;
    const customer = await readCustomer(stripe, customerId);
    if (customer && !customer.deleted) throw error;
    return undefined;
  }
}
