import type Stripe from 'stripe';
import type { StripeConfig } from '../config-stripe.ts';
import { DomainError } from '../domain-error.ts';
import type { SingleFlight } from '../replication/single-flight.ts';

/** Stripe, as the configuration names it. */
export interface StripeAccount {
  readonly client: Stripe;
  readonly config: StripeConfig;
  /** The organizations for which Stripe is being asked in this process. */
  readonly following: Map<string, SingleFlight>;
}

/** @throws Error where the provider is another: the routes ask it first */
export function requireStripe({
  stripe,
}: {
  readonly stripe: StripeAccount | null;
}): StripeAccount {
  if (!stripe) throw new Error('No payment provider is configured');
  return stripe;
}

/**
 * What Stripe answers. The library has tried again where that may help.
 * @throws DomainError unavailable; invalid_state where Stripe could not take a payment
 */
export async function askStripe<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (typeOf(error) === 'StripeCardError') {
      throw new DomainError(
        'invalid_state',
        'The payment failed, and the plan stays as it is. Check the payment method in the portal, and try again.',
        { cause: error },
      );
    }
    throw new DomainError(
      'unavailable',
      'The payment provider could not answer. Nothing has changed here. Try again later.',
      { cause: error },
    );
  }
}

/** Whether Stripe answered that there is no such thing. */
export function isMissing(error: unknown): boolean {
  return typeOf(error) === 'StripeInvalidRequestError' && codeOf(error) === 'resource_missing';
}

/** Whether Stripe failed, and not the network: it repeats that to the same Idempotency-Key. */
export function isFailureOfStripe(error: unknown): boolean {
  return typeOf(error) === 'StripeAPIError';
}

function typeOf(error: unknown): unknown {
  return error instanceof Error && 'type' in error ? error.type : undefined;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
