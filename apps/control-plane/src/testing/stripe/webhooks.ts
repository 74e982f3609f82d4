import Stripe from 'stripe';
import type { Event } from './objects.ts';

export const WEBHOOK_SECRET = 'whsec_of_the_test_endpoint';

/** Sends the event as Stripe does; gives the status of the answer. */
export async function deliver(
  { baseUrl }: { readonly baseUrl: string },
  event: Event,
  at: Date,
  secret: string = WEBHOOK_SECRET,
): Promise<number> {
  const payload = JSON.stringify(event, null, 2);
  const timestamp = Math.floor(at.getTime() / 1000);
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  const response = await fetch(`${baseUrl}/v1/billing/stripe-events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'stripe-signature': signature,
    },
    body: payload,
  });
  await response.arrayBuffer();
  return response.status;
}
