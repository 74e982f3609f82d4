import type Stripe from 'stripe';
import type { StripeConfig } from '../config-stripe.ts';
import type { SingleFlight } from '../replication/single-flight.ts';

/** Stripe, as the configuration names it. */
export interface StripeAccount {
  readonly client: Stripe;
  readonly config: StripeConfig;
  /** Whether the key is one of live mode. Test mode has other customers, and nobody pays there. */
  readonly livemode: boolean;
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
