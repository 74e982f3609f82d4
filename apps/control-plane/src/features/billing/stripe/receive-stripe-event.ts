import type { Services } from '../../../context.ts';
import { DomainError } from '../../../domain-error.ts';
import type { StripeAccount } from '../../../payments/stripe-account.ts';
import { findOrganizationOf } from './customer-of.ts';
import { followSubscription } from './follow-subscription.ts';

interface Signed {
  readonly body: Uint8Array;
  readonly signature: string | undefined;
}

/**
 * Takes an event of Stripe as a hint that something has changed for a customer, and stores what Stripe
 * answers when it is asked. Stripe sends the event again until it is answered, which is once that is
 * committed. Nothing else of the event is used.
 * @throws DomainError not_found where the provider is another; signature_invalid; unavailable
 */
export async function receiveStripeEvent(
  { services }: { readonly services: Services },
  signed: Signed,
): Promise<undefined> {
  const { stripe, db, clock } = services;
  if (!stripe) {
    throw new DomainError(
      'not_found',
      'This server takes no events of Stripe: TOLLKEEPER_BILLING is not "stripe".',
    );
  }
  const customerId = customerOf(verified(stripe, signed, clock()));
  if (customerId === undefined) return;
  const organizationId = await findOrganizationOf(db, customerId);
  // The account of Stripe may be used for more than this server.
  if (organizationId !== undefined) await followSubscription(services, organizationId);
}

function verified({ client, config }: StripeAccount, { body, signature }: Signed, now: Date) {
  try {
    return client.webhooks.constructEvent(
      Buffer.from(body.buffer, body.byteOffset, body.byteLength),
      signature ?? '',
      config.webhookSecret,
      undefined,
      undefined,
      now.getTime(),
    );
  } catch (error) {
    throw new DomainError(
      'signature_invalid',
      'The header Stripe-Signature does not fit the body. Check STRIPE_WEBHOOK_SECRET, and the clock of the server.',
      { cause: error },
    );
  }
}

function customerOf({ data }: { readonly data: { readonly object: object } }): string | undefined {
  const { object } = data;
  if ('object' in object && object.object === 'customer') return textOf(object, 'id');
  const customer = 'customer' in object ? object.customer : undefined;
  return typeof customer === 'object' && customer !== null
    ? textOf(customer, 'id')
    : textOf(object, 'customer');
}

function textOf(object: object, name: string): string | undefined {
  const value: unknown = Reflect.get(object, name);
  return typeof value === 'string' ? value : undefined;
}
