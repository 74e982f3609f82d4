import { beforeAll, expect, it } from 'vitest';
import { eraseDeletedOrganizations } from '../../../jobs/erase-deleted-organizations.ts';
import { openStripe } from '../../../payments/open-stripe.ts';
import { addOrganization } from '../../../testing/people.ts';
import { auditEvents } from '../../../testing/query-database.ts';
import type { Event, Subscription } from '../../../testing/stripe/objects.ts';
import { PRICES } from '../../../testing/stripe/stripe-server.ts';
import {
  reconcileAll,
  type StripeWorld,
  startStripeWorld,
} from '../../../testing/stripe/stripe-world.ts';
import { addSubscription, cancelSubscription } from '../../../testing/stripe/subscriptions.ts';
import { deliver } from '../../../testing/stripe/webhooks.ts';
import { OWNER } from '../../../testing/test-app.ts';
import { endPlans } from '../end-plans.ts';
import { followSubscription } from './follow-subscription.ts';

const DAY_MS = 86_400_000;

let world: StripeWorld;
let subscription: Subscription;

beforeAll(async () => {
  world = await startStripeWorld({ trialDays: 7, timeoutMs: 120_000 });
});

const plan = async () => (await world.readBilling()).plan;
const order = (to: string) => world.owner.post<{ url: string }>('/v1/billing/plan', { plan: to });
/** As another process has them. */
function servicesWithin(timeoutMs: number) {
  const { services } = world.app;
  const config = services.billing.stripe;
  if (!config) throw new Error('Stripe is not configured');
  return { ...services, stripe: openStripe({ ...config, timeoutMs }) };
}
const lastEvent = () => world.stripe.account.events.at(-1) as Event;

it('creates one customer, whatever becomes of the answers', async () => {
  world.stripe.breakNext('POST /v1/customers', 'rate_limited');
  expect((await order('pro')).problem).toMatchObject({ code: 'unavailable', status: 503 });
  // Stripe has created it, and nobody here knows.
  world.stripe.breakNext('POST /v1/customers', 'lost', 3);
  expect((await order('pro')).problem.code).toBe('unavailable');
  expect((await order('pro')).status).toBe(200);
  world.stripe.breakNext('POST /v1/checkout', 'failed');
  expect((await order('pro')).problem.code).toBe('unavailable');
  expect(world.stripe.account.all('customer')).toHaveLength(1);
  const [row] = await world.query('select customer_id from stripe_customer');
  expect(row).toEqual({ customer_id: world.stripe.account.all('customer')[0]?.id });
});

it('begins the first subscription with the trial', async () => {
  subscription = await world.subscribe('developer');
  await world.deliverAll();
  expect(await plan()).toBe('developer');
  const { renewsAt, onTrial } = await world.readBilling();
  expect(onTrial).toBe(true);
  const days = (Date.parse(renewsAt ?? '') - Date.now()) / DAY_MS;
  expect(days).toBeGreaterThan(6.9);
  expect(days).toBeLessThan(7.1);
});

it('refuses an event that Stripe did not sign, or long ago, before anything else', async () => {
  world.stripe.forget();
  cancelSubscription(world.stripe.account, subscription.id);
  const event = lastEvent();
  const now = new Date();
  expect(await deliver(world.app, event, now, 'whsec_another')).toBe(400);
  expect(await deliver(world.app, event, new Date(now.getTime() - 301_000))).toBe(400);
  const unsigned = await fetch(`${world.app.baseUrl}/v1/billing/stripe-events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  expect(await unsigned.json()).toMatchObject({ code: 'signature_invalid', status: 400 });
  expect(world.stripe.requests).toEqual([]);
  expect(await plan()).toBe('developer');
});

it('answers an event only once what Stripe says is committed', async () => {
  const event = lastEvent();
  world.stripe.breakNext('GET /v1/subscriptions', 'silent', 3);
  await expect(followSubscription(servicesWithin(200), world.organizationId)).rejects.toMatchObject(
    { code: 'unavailable' },
  );
  world.stripe.breakNone();
  world.stripe.breakNext('GET /v1/subscriptions', 'lost', 3);
  expect(await world.deliver(event)).toBe(503);
  expect(await plan()).toBe('developer');

  await world.query(
    'alter table audit_event add constraint refuse_all check (action is null) not valid',
  );
  expect(await world.deliver(event)).toBe(500);
  await world.query('alter table audit_event drop constraint refuse_all');
  expect(await plan()).toBe('developer');
  const [row] = await world.query('select plan_given from stripe_customer');
  expect(row).toEqual({ plan_given: 'developer' });

  expect(await world.deliver(event)).toBe(204);
  expect(await plan()).toBe('free');
});

it('does what is ordered once, though its answer was lost', async () => {
  const { account } = world.stripe;
  subscription = await world.subscribe('developer');
  await world.deliverAll();
  const before = (await auditEvents(world.query)).length;
  const orderPro = () =>
    world.owner.post('/v1/billing/plan', { plan: 'pro' }, { 'idempotency-key': 'order-once' });
  // Stripe has done it, and answers that it failed.
  world.stripe.breakNext('POST /v1/subscriptions', 'failed');
  expect((await orderPro()).problem.code).toBe('unavailable');
  expect((await orderPro()).body).toEqual({ outcome: 'changed', plan: 'pro' });
  world.stripe.forget();
  expect((await orderPro()).body).toEqual({ outcome: 'changed', plan: 'pro' });
  expect(world.stripe.requests).toEqual([]);
  expect((await auditEvents(world.query)).slice(before)).toMatchObject([
    { action: 'billing.order_plan' },
    { action: 'billing.follow_subscription', after: { plan: 'pro' } },
  ]);
  cancelSubscription(account, subscription.id);
  await world.deliverAll();
});

it('ends no plan while Stripe cannot be asked', async () => {
  const until = new Date(Date.now() + DAY_MS);
  await world.subscribe('pro');
  await world.deliverAll();
  await order('free');
  await world.query('update billing set until = $1', [until]);
  const { services } = world.app;
  world.stripe.breakNext('GET /v1/subscriptions', 'rate_limited');
  await expect(endPlans(services)).rejects.toThrow('1 of 1 steps failed');
  // What Stripe says is stored first: the plan ends later than that.
  expect(await endPlans(services)).toEqual({ warned: 0, ended: 0 });
  const { until: end } = await world.readBilling();
  expect(Date.parse(end ?? '')).toBeGreaterThan(until.getTime());
  cancelSubscription(world.stripe.account, world.stripe.account.all('subscription')[0]?.id ?? '');
  await world.deliverAll();
});

it('stores no answer over a later one of another process', async () => {
  const held = world.stripe.holdNext('GET /v1/subscriptions');
  const early = followSubscription(servicesWithin(120_000), world.organizationId);
  await held.reached;
  subscription = await world.subscribe('pro');
  await followSubscription(world.app.services, world.organizationId);
  expect(await plan()).toBe('pro');
  held.release();
  await early;
  expect(await plan()).toBe('pro');

  // Also where the later answer says what is known already.
  const heldAgain = world.stripe.holdNext('GET /v1/subscriptions');
  subscription.status = 'paused';
  const earlyAgain = followSubscription(servicesWithin(120_000), world.organizationId);
  await heldAgain.reached;
  subscription.status = 'active';
  await followSubscription(world.app.services, world.organizationId);
  heldAgain.release();
  await earlyAgain;
  expect(await plan()).toBe('pro');
});

it('asks Stripe once for all events that come meanwhile', async () => {
  const held = world.stripe.holdNext('GET /v1/subscriptions');
  world.stripe.forget();
  const services = servicesWithin(120_000);
  const first = followSubscription(services, world.organizationId);
  await held.reached;
  const others = [1, 2, 3].map(() => followSubscription(services, world.organizationId));
  held.release();
  await Promise.all([first, ...others]);
  const lists = world.stripe.requests.filter((each) => each === 'GET /v1/subscriptions');
  expect(lists).toHaveLength(2);
});

it('asks Stripe for one request of an organization at a time, and refuses what more than ten wait', async () => {
  world.stripe.forget();
  const held = world.stripe.holdNext('GET /v1/subscriptions');
  const { owner } = world;
  const read = () => owner.get('/v1/billing/preview?plan=developer');
  const asked = Array.from({ length: 11 }, read);
  // Of eleven that come at once, one is refused: by then, ten run or wait.
  const refused = [
    await Promise.race(asked),
    await owner.get('/v1/billing/invoices'),
    await owner.post('/v1/billing/portal'),
    await order('developer'),
  ];
  expect(refused.map(({ problem }) => problem.code)).toEqual(Array(4).fill('rate_limited'));
  await held.reached;
  expect(world.stripe.requests.filter((each) => each.includes('subscriptions'))).toHaveLength(1);
  held.release();
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([...Array(10).fill(200), 429]);
});

it('reconciles every customer, though one of them cannot be', async () => {
  const other = await addOrganization(world.app, 'Aaa');
  await world.query(
    'insert into stripe_customer (organization_id, customer_id, livemode) values ($1, $2, true)',
    [other.organizationId, 'cus_unknown'],
  );
  cancelSubscription(world.stripe.account, subscription.id);
  expect(await reconcileAll(world.app.services)).toEqual({ reconciled: 1, failed: 1, left: 0 });
  expect(await plan()).toBe('free');
  expect(world.app.logged.join('')).toContain('cannot reconcile a subscription');
  await world.query(`delete from stripe_customer where customer_id = 'cus_unknown'`);
});

it('says every night that Stripe may still bill, where another provider is configured by now', async () => {
  const services = { ...world.app.services, stripe: null };
  expect(await reconcileAll(services)).toEqual({ reconciled: 0, failed: 0, left: 0 });
  expect(world.app.logged.join('')).not.toContain('may still bill organizations');
  await world.query(`update stripe_customer set plan_given = 'pro'`);
  await reconcileAll(services);
  expect(world.app.logged.join('')).toContain('may still bill organizations');
});

it('ends the subscription of an organization that was deleted, and erases it only then', async () => {
  const { account } = world.stripe;
  subscription = await world.subscribe('pro');
  await world.deliverAll();
  // Stripe's times are in seconds.
  world.clock.aheadMs = 2000;
  world.stripe.breakNext('DELETE /v1/subscriptions', 'rate_limited', 9);
  const body = JSON.stringify({ name: 'Acme', password: OWNER.password });
  const json = { 'content-type': 'application/json' };
  expect((await world.owner.raw('DELETE', '/v1/organization', body, json)).status).toBe(204);
  const [message] = await world.query(
    `select data from pgboss.job where name = 'end-subscriptions'`,
  );
  expect(message).toEqual({ data: { organizationId: world.organizationId } });

  await expect(followSubscription(world.app.services, world.organizationId)).rejects.toMatchObject({
    code: 'unavailable',
  });
  world.clock.aheadMs = 31 * DAY_MS;
  expect(await eraseDeletedOrganizations(world.app.services)).toEqual({ erased: 0 });
  world.clock.aheadMs = 3000;
  world.stripe.breakNone();
  expect(await reconcileAll(world.app.services)).toEqual({ reconciled: 1, failed: 0, left: 0 });
  expect(account.get('subscription', subscription.id).status).toBe('canceled');
  const [ended] = (await auditEvents(world.query)).slice(-1);
  expect(ended).toMatchObject({
    action: 'billing.end_subscriptions',
    before: { subscriptions: [subscription.id] },
    after: { subscriptions: [], begunAfterDeletion: [] },
  });

  // A payment that was under way.
  world.clock.aheadMs = 4000;
  const late = addSubscription(account, subscription.customer, account.get('price', PRICES.pro), 0);
  await world.deliverAll();
  await world.deliverAll();
  expect(account.get('subscription', late.id).status).toBe('canceled');
  expect((await auditEvents(world.query)).at(-1)).toMatchObject({
    action: 'billing.end_subscriptions',
    after: { begunAfterDeletion: [late.id] },
  });
  expect(world.app.logged.join('')).toContain('was paid after its organization was deleted');
  world.clock.aheadMs = 31 * DAY_MS;
  expect(await eraseDeletedOrganizations(world.app.services)).toEqual({ erased: 1 });
});
