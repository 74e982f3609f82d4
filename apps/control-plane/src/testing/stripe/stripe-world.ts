import type { Billing } from '@tollkeeper/contract';
import type { StripeConfig } from '../../config-stripe.ts';
import { reconcileSubscriptions } from '../../features/billing/index.ts';
import type { Client } from '../client.ts';
import { claimedOrganization } from '../people.ts';
import { type Query, queryDatabase } from '../query-database.ts';
import { claimServer, startTestApp, type TestApp } from '../test-app.ts';
import { completeCheckout } from './checkout.ts';
import type { Event, Subscription } from './objects.ts';
import { PRICES, STRIPE_KEY, type StripeServer, startStripeServer } from './stripe-server.ts';
import { deliver, WEBHOOK_SECRET } from './webhooks.ts';

export interface StripeWorld {
  readonly app: TestApp;
  readonly query: Query;
  readonly owner: Client;
  readonly organizationId: string;
  readonly stripe: StripeServer;
  /** Ahead of the machine's, and by a step more each time that anybody looks. */
  readonly clock: { aheadMs: number; stepMs: number };
  /** Orders the plan and pays it, without any event; gives the new subscription. */
  subscribe(plan: string): Promise<Subscription>;
  /** Sends an event as Stripe does; gives the status of the answer. */
  deliver(event: Event): Promise<number>;
  /** Sends all events that were not sent before. */
  deliverAll(): Promise<void>;
  readBilling(): Promise<Billing>;
  /** Has an organization that Stripe does not know, and a Stripe that nothing has happened to. */
  reset(): Promise<void>;
}

/** Stripe, and what a control plane that it bills is configured with. */
export async function startStripe(now: () => Date, given: Partial<StripeConfig> = {}) {
  const stripe = await startStripeServer(now);
  const config: StripeConfig = {
    ...{ secretKey: STRIPE_KEY, webhookSecret: WEBHOOK_SECRET, graceDays: 14, trialDays: 0 },
    prices: new Map([
      ['developer', [PRICES.developer]],
      ['pro', [PRICES.pro]],
    ]),
    apiUrl: stripe.url,
    ...given,
  };
  return {
    stripe,
    billing: { provider: 'stripe', planChanges: 'self', stripe: config } as const,
  };
}

/** Reconciles every customer, whenever Stripe was asked about them. */
export function reconcileAll(services: Parameters<typeof reconcileSubscriptions>[0]) {
  const askedBefore = new Date(services.clock().getTime() + 60_000);
  return reconcileSubscriptions(services, { askedBefore });
}

/** Sends all events that were not sent before, to whatever answers there. */
export function createDelivery(
  { account }: Pick<StripeServer, 'account'>,
  at: { readonly baseUrl: string },
  now: () => Date,
): () => Promise<void> {
  const sent = new Set<string>();
  return async () => {
    for (const event of account.events.filter(({ id }) => !sent.has(id))) {
      sent.add(event.id);
      if ((await deliver(at, event, now())) !== 204) {
        throw new Error(`Not accepted: ${event.type}`);
      }
    }
  };
}

/** A control plane with an organization, and the Stripe that bills it. */
export async function startStripeWorld(given: Partial<StripeConfig> = {}): Promise<StripeWorld> {
  const clock = { aheadMs: 0, stepMs: 0 };
  const now = () => {
    clock.aheadMs += clock.stepMs;
    return new Date(Date.now() + clock.aheadMs);
  };
  const { stripe, billing } = await startStripe(now, given);
  const app = await startTestApp({ clock: now, billing, jobs: ['reconcile-subscriptions'] });
  const owner = await claimServer(app);
  const query = queryDatabase(app.database);
  const { organizationId } = await claimedOrganization(app);
  return {
    ...{ app, owner, organizationId, stripe, clock },
    query,
    async subscribe(plan) {
      const { body, status } = await owner.post<{ url: string }>('/v1/billing/plan', { plan });
      if (status !== 200) throw new Error(JSON.stringify(body));
      return completeCheckout(stripe.account, body.url.split('/').at(-1) ?? '');
    },
    deliver: (event) => deliver(app, event, now()),
    deliverAll: createDelivery(stripe, app, now),
    readBilling: async () => (await owner.get<Billing>('/v1/billing')).body,
    async reset() {
      await query('delete from stripe_customer');
      await query(`update organization set plan = 'free', keys_max = null`);
      await query('delete from billing');
      for (const { objects } of [stripe.account, stripe.live]) {
        for (const { id, object } of objects.values()) if (object !== 'price') objects.delete(id);
      }
      stripe.account.declines = false;
      stripe.forget();
      Object.assign(clock, { aheadMs: 0, stepMs: 0 });
    },
  };
}
