import { askStripe } from '../../../payments/ask-stripe.ts';
import type { StripeAccount } from '../../../payments/stripe-account.ts';

/**
 * Ends what a person has begun to pay for and not paid, so that it cannot be paid any more.
 * @throws DomainError unavailable
 */
export async function expireCheckouts(
  { client }: StripeAccount,
  customerId: string,
): Promise<void> {
  await askStripe(async () => {
    const open = client.checkout.sessions.list({ customer: customerId, status: 'open' });
    for await (const { id } of open) await client.checkout.sessions.expire(id);
  });
}
