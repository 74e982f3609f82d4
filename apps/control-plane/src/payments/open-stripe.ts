import Stripe from 'stripe';
import type { StripeConfig } from '../config-stripe.ts';
import type { StripeAccount } from './stripe-account.ts';

/** The version whose fields this code reads. Another version of the library would bring another. */
const API_VERSION = '2026-10-28.endive';
const TIMEOUT_MS = 10_000;
/** With the same Idempotency-Key, which the library adds. */
const RETRIES_MAX = 2;

/** The one place that loads Stripe's library: installations without it need not wait for that. */
export function openStripe(config: StripeConfig): StripeAccount {
  const client = new Stripe(config.secretKey, {
    apiVersion: API_VERSION,
    timeout: config.timeoutMs ?? TIMEOUT_MS,
    maxNetworkRetries: RETRIES_MAX,
    telemetry: false,
    ...(config.apiUrl === undefined ? {} : addressOf(new URL(config.apiUrl))),
  });
  const livemode = /^[a-z]+_live_/.test(config.secretKey);
  return { client, config, livemode, following: new Map() };
}

function addressOf({ protocol, hostname, port }: URL) {
  return {
    protocol: protocol === 'http:' ? ('http' as const) : ('https' as const),
    host: hostname,
    port,
  };
}
