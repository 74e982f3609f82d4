import { defineRoute } from '../route.ts';

/** Stripe's events hold whole objects: an invoice with many lines is the largest. */
const STRIPE_EVENT_BYTES_MAX = 256 * 1024;

export const receiveStripeEvent = defineRoute({
  method: 'POST',
  path: '/v1/billing/stripe-events',
  access: 'public',
  summary:
    'Receive an event of Stripe, signed by it. The plan then follows what Stripe answers when it is asked',
  tag: 'Billing',
  rawBody: {
    contentType: 'application/json',
    bytesMax: STRIPE_EVENT_BYTES_MAX,
    signatureHeader: 'stripe-signature',
  },
  status: 204,
  errors: ['signature_invalid', 'not_found'],
});
