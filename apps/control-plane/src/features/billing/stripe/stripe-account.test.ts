import { beforeEach, expect, it, vi } from 'vitest';
import { createClient } from '../../../testing/client.ts';
import { makeKey } from '../../../testing/keys.ts';
import { addMember, addOrganization } from '../../../testing/people.ts';
import { auditEvents } from '../../../testing/query-database.ts';
import { completeCheckout, createCheckout } from '../../../testing/stripe/checkout.ts';
import type { Subscription } from '../../../testing/stripe/objects.ts';
import { Refusal, refuse } from '../../../testing/stripe/refusal.ts';
import { LIVE_KEY, PRICES } from '../../../testing/stripe/stripe-server.ts';
import {
  createDelivery,
  reconcileAll,
  type StripeWorld,
  startStripeWorld,
} from '../../../testing/stripe/stripe-world.ts';
import { addSubscription, cancelSubscription } from '../../../testing/stripe/subscriptions.ts';
import { startTestApp } from '../../../testing/test-app.ts';
import { whileHeld } from '../../../testing/while-held.ts';
import { followSubscription } from './follow-subscription.ts';
import { reconcileSubscriptions } from './reconcile-subscriptions.ts';

const MINUTE_MS = 60_000;

let world: StripeWorld;

beforeEach(async () => {
  world ??= await startStripeWorld();
  await world.reset();
});

const order = (plan: string) =>
  world.owner.post<{ outcome: string; url?: string }>('/v1/billing/plan', { plan });
const openPortal = (client = world.owner) => client.post<{ url: string }>('/v1/billing/portal');
const plan = async () => (await world.readBilling()).plan;

/** Subscribes by a price of something else that the account of Stripe sells. */
function subscribeElse({ customer }: Subscription): Subscription {
  const { account } = world.stripe;
  return addSubscription(account, customer, account.get('price', PRICES.other), 0);
}

it('opens the portal for who may manage billing, and records that before Stripe is asked', async () => {
  expect((await openPortal()).problem).toMatchObject({ code: 'invalid_state', status: 409 });
  const { customer } = await world.subscribe('pro');
  world.stripe.breakNext('POST /v1/billing_portal', 'failed', 3);
  expect((await openPortal()).problem.code).toBe('unavailable');
  expect((await auditEvents(world.query)).at(-1)).toMatchObject({
    ...{ action: 'billing.open_portal', actor: { type: 'member' } },
    ...{ target: { id: world.organizationId }, after: { customerId: customer } },
  });
  world.stripe.forget();
  expect((await openPortal()).body.url).toContain('https://billing.stripe.test/');

  const { client } = await addMember(world.app, world.organizationId, 'viewer');
  const { owner: stranger } = await addOrganization(world.app, 'Other');
  world.stripe.forget();
  expect((await openPortal(client)).problem.code).toBe('insufficient_scope');
  expect((await openPortal(stranger.client)).problem.code).toBe('invalid_state');
  const change = await client.post('/v1/billing/plan', { plan: 'pro' });
  expect(change.problem.code).toBe('insufficient_scope');
  expect(world.stripe.requests).toEqual([]);

  const member = await addMember(world.app, world.organizationId, 'billing');
  const demote = `update member set role_id = 'role_viewer' where id = $1`;
  const overtaken = await whileHeld(
    world.app.database,
    async (holder) => {
      await holder.query('select 1 from audit_chain for update');
      await holder.query(demote, [member.memberId]);
    },
    () => openPortal(member.client),
  );
  expect(overtaken.problem.code).toBe('insufficient_scope');
  expect(world.stripe.requests).toEqual([]);
});

it('asks a person, and no key, for a recent sign-in before a saved payment method may be charged', async () => {
  await world.subscribe('developer');
  await world.deliverAll();
  const scopes = ['billing.read', 'billing.manage'];
  const key = await makeKey(world.app, world.owner, { scopes });
  world.clock.aheadMs = 16 * MINUTE_MS;
  world.stripe.forget();
  for (const answer of [await order('pro'), await openPortal()]) {
    expect(answer.problem).toMatchObject({ code: 'recent_sign_in_required', status: 403 });
  }
  // What charges nothing by itself asks for none.
  expect((await order('free')).body.outcome).toBe('ending');
  expect((await order('developer')).problem.code).toBe('recent_sign_in_required');
  const changed = world.stripe.requests.filter((each) => each.startsWith('POST '));
  expect(changed).toHaveLength(1);
  expect(await world.readBilling()).toMatchObject({ plan: 'developer', planAfter: 'free' });

  const keep = await key.client.post('/v1/billing/plan', { plan: 'developer' });
  expect(keep.body).toMatchObject({ outcome: 'changed' });
  const change = await key.client.post('/v1/billing/plan', { plan: 'pro' });
  expect(change.body).toMatchObject({ outcome: 'changed' });
  expect((await openPortal(key.client)).status).toBe(200);
});

it('counts no subscription to anything else that the account of Stripe sells', async () => {
  const { account } = world.stripe;
  const subscription = await world.subscribe('developer');
  const other = subscribeElse(subscription);
  await world.deliverAll();
  await reconcileAll(world.app.services);
  const recorded = (await auditEvents(world.query)).map(({ action }) => action);
  expect(recorded).not.toContain('billing.several_subscriptions');
  expect(await plan()).toBe('developer');
  expect((await order('pro')).body.outcome).toBe('changed');
  expect((await order('free')).body.outcome).toBe('ending');
  expect(account.get('subscription', other.id).cancel_at_period_end).toBe(false);
  cancelSubscription(account, subscription.id);
  await world.deliverAll();
  expect(await plan()).toBe('free');
  expect((await order('free')).problem.code).toBe('invalid_state');
  expect((await order('pro')).body.outcome).toBe('payment');
});

it('ends with its organization what was subscribed to here, though its price is named no more', async () => {
  const { app, query, organizationId, stripe } = world;
  const { account } = stripe;
  const unname = ({ items }: Subscription) => {
    const [item] = items.data;
    if (item) item.price = account.get('price', PRICES.other);
  };
  // Paid at a checkout of ours; until then, nobody asked what became of it.
  const paid = await world.subscribe('developer');
  unname(paid);
  await world.deliverAll();
  expect(app.logged.join('')).toContain(`"subscriptions":["${paid.id}"]`);
  // Made in Stripe's dashboard, and beside another one that gives the plan.
  const giving = addSubscription(account, paid.customer, account.get('price', PRICES.pro), 0);
  const low = addSubscription(account, paid.customer, account.get('price', PRICES.developer), 0);
  await world.deliverAll();
  unname(low);
  const other = subscribeElse(paid);
  // Begun, and not paid yet.
  const subscribe = { mode: 'subscription', customer: paid.customer };
  const checkout = createCheckout(account, { ...subscribe, line_items: [{ price: PRICES.pro }] });
  const remember = 'update stripe_customer set checkout_ids = checkout_ids || $1::text';
  await query(remember, [checkout.id]);

  await query(`update organization set deleted_at = now() + interval '1 minute'`);
  await followSubscription(app.services, organizationId);
  stripe.forget();
  await followSubscription(app.services, organizationId);
  await query('update organization set deleted_at = null');
  const asked = stripe.requests.filter((each) => !each.includes('/checkout/'));
  expect(asked).toEqual(['GET /v1/subscriptions']);
  expect(checkout.status).toBe('expired');
  const statuses = [paid, giving, low, other].map(({ status }) => status);
  expect(statuses).toEqual(['canceled', 'canceled', 'canceled', 'active']);
});

it('leaves the customers of test mode behind with a live key, and never those of live mode with a test key', async () => {
  const { app, owner, stripe, clock } = world;
  const { database, services } = app;
  const subscription = await world.subscribe('pro');
  await world.deliverAll();
  const config = services.billing.stripe;
  if (!config) throw new Error('Stripe is not configured');
  const live = { ...config, secretKey: LIVE_KEY };
  const billing = { ...services.billing, stripe: live };
  const other = await startTestApp({ database, clock: services.clock, billing });
  const { baseUrl } = other;
  const client = createClient(baseUrl, { ...owner.headers, origin: baseUrl });
  expect((await client.get('/v1/billing/invoices')).body).toEqual({ data: [] });
  expect((await openPortal(client)).problem.code).toBe('invalid_state');
  await reconcileAll(other.services);
  expect(await plan()).toBe('free');

  const { body } = await client.post<{ url: string }>('/v1/billing/plan', { plan: 'developer' });
  const paid = completeCheckout(stripe.live, body.url.split('/').at(-1) ?? '');
  expect(paid.customer).not.toBe(subscription.customer);
  await createDelivery({ account: stripe.live }, other, services.clock)();
  expect(await plan()).toBe('developer');
  // As where the key is of another account.
  stripe.live.objects.delete(paid.customer);
  expect(await reconcileAll(other.services)).toEqual({ reconciled: 0, failed: 1, left: 0 });
  expect(await plan()).toBe('developer');

  // Somebody is billed there: a test key neither forgets them nor ends their plan.
  stripe.forget();
  for (const answer of [await order('pro'), await order('free'), await openPortal()]) {
    expect(answer.problem).toMatchObject({ code: 'unavailable' });
    expect(answer.problem.detail).toContain('is one of live mode');
  }
  clock.aheadMs = 2 * 86_400_000;
  expect(await reconcileAll(services)).toEqual({ reconciled: 0, failed: 1, left: 0 });
  expect(await plan()).toBe('developer');
  expect(stripe.requests).toEqual([]);
  // Its jobs would look for the customers of the others, too.
  await other.close();
});

it('subscribes anew where another account of test mode knows no customer of the one before', async () => {
  const { customer } = await world.subscribe('pro');
  world.stripe.account.objects.delete(customer);
  expect((await order('pro')).body.outcome).toBe('payment');
  const [row] = await world.query('select customer_id, livemode from stripe_customer');
  expect(row).toEqual({ customer_id: expect.not.stringMatching(`^${customer}$`), livemode: false });
});

it.each<[refusal: Refusal, code: string, member: string, operator: string]>([
  [
    new Refusal(402, 'card_error', 'card_declined', 'Your card has insufficient funds.'),
    ...(['invalid_state', 'Your card has insufficient funds. Choose another', ''] as const),
  ],
  [
    new Refusal(
      403,
      'invalid_request_error',
      '',
      'The key rk_live_*** lacks rak_subscription_write',
    ),
    ...(['unavailable', 'does not let this server do that', 'rak_subscription_write'] as const),
  ],
  [
    refuse(401, 'api_key_expired', 'Expired API Key provided: sk_live_***'),
    ...(['unavailable', 'does not accept the key', 'does not accept STRIPE_SECRET_KEY'] as const),
  ],
  [
    refuse(400, 'resource_missing', `No such price: 'price_x'`, 'items[0][price]'),
    ...(['unavailable', 'does not sell this plan', 'a STRIPE_PRICE_ variable names one'] as const),
  ],
  [
    refuse(400, 'parameter_invalid_empty', 'An odd request of ours'),
    ...(['unavailable', 'refused what this server asked', 'An odd request of ours'] as const),
  ],
  [
    refuse(429, 'rate_limit', 'Too many requests'),
    ...(['unavailable', 'Try again in a minute', 'Stripe limits the requests'] as const),
  ],
])('says what to do where Stripe refuses: %s', async (refusal, code, member, operator) => {
  await world.subscribe('developer');
  world.stripe.breakNext('POST /v1/subscriptions', refusal, 3);
  const { problem } = await order('pro');
  world.stripe.breakNone();
  expect(problem.code).toBe(code);
  expect(problem.detail).toContain(member);
  expect(world.app.logged.join('')).toContain(operator);
  // What names the account is for the log alone.
  if (code === 'unavailable') expect(problem.detail).not.toContain(refusal.message);
});

it('says that a plan which a bank debit pays cannot be changed, and what to do', async () => {
  const { account } = world.stripe;
  const { default_payment_method: id } = await world.subscribe('developer');
  const debit = { type: 'sepa_debit', card: undefined, sepa_debit: { last4: '3000' } };
  Object.assign(account.get('payment_method', id ?? ''), debit);
  await world.deliverAll();
  const { problem } = await order('pro');
  expect(problem).toMatchObject({ code: 'invalid_state' });
  expect(problem.detail).toContain('Choose a card in the portal');
  expect(await world.readBilling()).toMatchObject({
    ...{ plan: 'developer', paymentMethod: { kind: 'sepa_debit', last4: '3000' } },
  });
});

it('reconciles in steps, each of which begins where the one before ended', async () => {
  const { services } = world.app;
  await world.subscribe('pro');
  await world.query(
    `insert into organization (id, name, slug, created_at)
    select 'org_many_' || n, 'Many', 'many-' || n, now() from generate_series(1, 9) n`,
  );
  await world.query(
    `insert into stripe_customer (organization_id, customer_id)
    select id, id from organization where id like 'org_many_%'`,
  );
  const step = () => reconcileSubscriptions(services, { stepMs: 0 });
  expect(await step()).toEqual({ reconciled: 4, failed: 0, left: 1 });
  world.stripe.breakNext('GET /v1/customers/org_many', refuse(401, '', 'Invalid'), 1);
  expect(await step()).toEqual({ reconciled: 3, failed: 1, left: 1 });
  expect(await step()).toEqual({ reconciled: 2, failed: 0, left: 0 });
  expect(await plan()).toBe('pro');
  // All that were asked about are not asked about again before the next night.
  expect(await step()).toEqual({ reconciled: 0, failed: 0, left: 0 });

  // The job goes on by itself, where each step takes its whole time for a few of them.
  await world.query(`update stripe_customer set followed_at = '2026-01-01'`);
  world.clock.aheadMs = Date.parse('2100-01-15T04:00:00Z') - Date.now();
  world.clock.stepMs = 5 * MINUTE_MS;
  await world.query(`insert into pgboss.job (name) values ('reconcile-subscriptions')`);
  await vi.waitFor(async () => {
    const asked = `select 1 from stripe_customer where followed_at >= '2100-01-15'`;
    expect(await world.query(asked)).toHaveLength(10);
  });
  expect(world.app.logged.join('')).toContain('"left":1');
  await world.query(`delete from organization where id like 'org_many_%'`);
});
