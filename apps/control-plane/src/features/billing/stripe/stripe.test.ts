import type { PlanOffer } from '@tollkeeper/contract';
import { beforeEach, expect, it } from 'vitest';
import { makeKey } from '../../../testing/keys.ts';
import { addMember, setMemberRole } from '../../../testing/people.ts';
import { auditEvents } from '../../../testing/query-database.ts';
import { completeCheckout, createCheckout } from '../../../testing/stripe/checkout.ts';
import { payInvoice } from '../../../testing/stripe/invoices.ts';
import type { CheckoutSession } from '../../../testing/stripe/objects.ts';
import { PRICES } from '../../../testing/stripe/stripe-server.ts';
import {
  reconcileAll,
  type StripeWorld,
  startStripeWorld,
} from '../../../testing/stripe/stripe-world.ts';
import {
  addSubscription,
  cancelSubscription,
  endPeriod,
  giveUpPayment,
} from '../../../testing/stripe/subscriptions.ts';
import { endPlans } from '../end-plans.ts';
import { setPlan } from '../set-plan.ts';

const DAY_MS = 86_400_000;

let world: StripeWorld;

beforeEach(async () => {
  world ??= await startStripeWorld();
  await world.reset();
});

const order = (plan: string) =>
  world.owner.post<{ outcome: string; url?: string }>('/v1/billing/plan', { plan });
const plan = async () => (await world.readBilling()).plan;
const reconcile = () => reconcileAll(world.app.services);

it('follows the subscription once it is paid, and never the browser', async () => {
  const { body } = await order('pro');
  expect(body).toMatchObject({ outcome: 'payment', plan: 'pro' });
  expect(await plan()).toBe('free');
  const subscription = await world.subscribe('pro');
  expect(await plan()).toBe('free');
  await world.deliverAll();
  const [item] = subscription.items.data;
  expect(await world.readBilling()).toMatchObject({
    ...{ plan: 'pro', provider: 'stripe', planChanges: 'self', until: null },
    paymentMethod: { kind: 'card', brand: 'visa', last4: '4242' },
    renewsAt: new Date((item?.current_period_end ?? 0) * 1000).toISOString(),
    onTrial: false,
    limits: { keys: { max: 20 } },
  });
  world.stripe.forget();
  expect(await reconcile()).toMatchObject({ reconciled: 1 });
  // One request for each customer, of all that Stripe answers to everything together.
  expect(world.stripe.requests).toEqual(['GET /v1/subscriptions']);
  const [ordered, again, followed] = (await auditEvents(world.query)).slice(-3);
  expect([ordered, again]).toMatchObject([
    { action: 'billing.order_plan', actor: { type: 'member' }, after: { plan: 'pro' } },
    { action: 'billing.order_plan' },
  ]);
  expect(followed).toMatchObject({
    action: 'billing.follow_subscription',
    actor: { type: 'system', job: 'follow-subscription' },
    ...{ before: { plan: 'free' }, after: { plan: 'pro', planGiven: 'pro' } },
  });
});

it('subscribes an organization though Stripe repeats that it failed to create the customer', async () => {
  world.stripe.breakNext('POST /v1/customers', 'failed');
  expect((await order('pro')).body.outcome).toBe('payment');
});

it('refuses an order where billing.manage was lost while Stripe was asked, and has Stripe do nothing', async () => {
  const { memberId, client } = await addMember(world.app, world.organizationId, 'billing');
  await world.subscribe('developer');
  world.stripe.forget();
  const held = world.stripe.holdNext('GET /v1/subscriptions');
  const ordered = client.post('/v1/billing/plan', { plan: 'pro' });
  await held.reached;
  await setMemberRole(world.app, memberId, 'viewer');
  held.release();
  expect((await ordered).problem.status).toBe(403);
  expect(world.stripe.requests.filter((each) => !each.startsWith('GET '))).toEqual([]);
});

it('leaves one checkout of its own open, so that two that are paid are not two subscriptions', async () => {
  const { account } = world.stripe;
  await order('developer');
  const customer = account.all('checkout.session')[0]?.customer ?? '';
  const begin = (price: string) =>
    createCheckout(account, { mode: 'subscription', customer, line_items: [{ price }] });
  // Of something else that the account of Stripe sells.
  const other = begin(PRICES.other);
  const held = world.stripe.holdNext('POST /v1/checkout');
  const ordered = order('pro');
  await held.reached;
  // As another process does it meanwhile.
  const { id } = begin(PRICES.developer);
  await world.query('update stripe_customer set checkout_ids = checkout_ids || $1::text', [id]);
  held.release();
  const { url } = (await ordered).body;
  const isOpen = ({ status }: CheckoutSession) => status === 'open';
  const open = account.all('checkout.session').filter(isOpen);
  expect(open.map((each) => each.id)).toEqual([url?.split('/').at(-1), other.id]);
});

it('begins no checkout where another one is paid just then', async () => {
  const { account } = world.stripe;
  const { body } = await order('developer');
  const held = world.stripe.holdNext('GET /v1/subscriptions');
  const ordered = order('pro');
  await held.reached;
  completeCheckout(account, body.url?.split('/').at(-1) ?? '');
  held.release();
  const { problem } = await ordered;
  expect(problem).toMatchObject({ code: 'unavailable' });
  expect(problem.detail).toContain('Another payment was made just now');
  expect(account.all('checkout.session')).toHaveLength(1);
});

it('takes the customer from its own table, whatever the metadata says', async () => {
  const subscription = await world.subscribe('pro');
  const customer = world.stripe.account.get('customer', subscription.customer);
  Object.assign(customer, { metadata: { organization: 'org_another' } });
  await world.deliverAll();
  expect(await plan()).toBe('pro');
  // The account of Stripe has other customers, too.
  const [event] = world.stripe.account.events;
  const stranger = { ...subscription, customer: 'cus_stranger' };
  if (event) expect(await world.deliver({ ...event, data: { object: stranger } })).toBe(204);
});

it('gives the higher plan of two subscriptions, with an alarm, once', async () => {
  const { account } = world.stripe;
  const first = await world.subscribe('developer');
  const price = account.get('price', PRICES.pro);
  const second = addSubscription(account, first.customer, price, 0);
  await world.deliverAll();
  await reconcile();
  expect(await plan()).toBe('pro');
  const alarms = (await auditEvents(world.query)).slice(-2);
  expect(alarms).toMatchObject([
    { action: 'billing.follow_subscription' },
    {
      action: 'billing.several_subscriptions',
      after: { plan: 'pro', subscriptions: [{ id: second.id }, { id: first.id }] },
    },
  ]);
  const refused = await order('developer');
  expect(refused.problem).toMatchObject({ code: 'invalid_state' });
  cancelSubscription(account, second.id);
  await world.deliverAll();
  expect(await plan()).toBe('developer');
});

it('leaves the plan for the grace period after a failed payment, and ends it after a warning', async () => {
  const { account } = world.stripe;
  const key = await makeKey(world.app, world.owner);
  const { id } = await world.subscribe('pro');
  await world.deliverAll();
  account.declines = true;
  endPeriod(account, id);
  await world.deliverAll();
  const failing = await world.readBilling();
  expect(failing).toMatchObject({ plan: 'pro', planAfter: 'free', renewsAt: null });
  const graceEnds = Date.parse(failing.until ?? '');
  expect(Math.abs(graceEnds - Date.now() - 14 * DAY_MS)).toBeLessThan(60_000);
  expect((await order('developer')).problem.detail).toContain('A payment is due');
  const preview = await world.owner.get('/v1/billing/preview?plan=developer');
  expect(preview.problem.detail).toContain('A payment is due');

  // Stripe gives up before, and a later invoice is not paid either.
  endPeriod(account, id);
  giveUpPayment(account, id);
  await world.deliverAll();
  expect((await world.readBilling()).until).toBe(failing.until);
  world.clock.aheadMs = 15 * DAY_MS;
  expect(await endPlans(world.app.services)).toEqual({ warned: 1, ended: 0 });
  expect(await endPlans(world.app.services)).toEqual({ warned: 0, ended: 1 });
  await reconcile();
  world.clock.aheadMs = 0;
  expect(await plan()).toBe('free');
  expect((await key.client.get('/v1/whoami')).status).toBe(200);

  account.declines = false;
  payInvoice(account, account.get('subscription', id).latest_invoice ?? '');
  await world.deliverAll();
  expect(await world.readBilling()).toMatchObject({ plan: 'pro', until: null });
});

it('changes an existing subscription at once, with what Stripe computes for the rest of the period', async () => {
  await world.subscribe('developer');
  await world.deliverAll();
  const preview = await world.owner.get('/v1/billing/preview?plan=pro');
  expect(preview.body).toMatchObject({
    charge: { amount: 2000, currency: 'eur' },
    effect: 'Pro allows 20 keys and you have 1. You can create 19 more.',
  });
  expect((await order('pro')).body.outcome).toBe('changed');
  expect(await plan()).toBe('pro');
  const { data } = (await world.owner.get<{ data: object[] }>('/v1/billing/invoices')).body;
  expect(data).toMatchObject([
    { amount: 2000, currency: 'eur', status: 'paid', url: expect.stringContaining('https://') },
    { amount: 1000 },
  ]);
  expect((await order('developer')).body.outcome).toBe('changed');
  expect(await plan()).toBe('developer');
  expect((await order('developer')).problem.code).toBe('invalid_state');
  expect((await order('enterprise')).problem.detail).toContain('cannot be bought here');
  const refused = await world.owner.get('/v1/billing/preview?plan=enterprise');
  expect(refused.problem.detail).toContain('cannot be bought here');
  const offers = (await world.owner.get<{ data: PlanOffer[] }>('/v1/billing/plans')).body.data;
  expect(offers.map(({ available }) => available)).toEqual([true, true, true, false]);
  expect(offers[3]?.effect).toMatch(/^Enterprise has no limit .* not sold here: ask the operator/);
});

it('changes nothing until a payment that was declined is made', async () => {
  const { account } = world.stripe;
  await world.subscribe('developer');
  await world.deliverAll();
  account.declines = true;
  const { body } = await order('pro');
  expect(body).toMatchObject({ outcome: 'payment', url: expect.stringContaining('invoice') });
  await world.deliverAll();
  expect(await plan()).toBe('developer');
  payInvoice(account, body.url?.split('/').at(-1) ?? '');
  await world.deliverAll();
  expect(await plan()).toBe('pro');
});

it('ends with the period that is paid, and goes on where somebody chooses the plan again', async () => {
  const previewFree = () => world.owner.get('/v1/billing/preview?plan=free');
  for (const { problem } of [await order('free'), await previewFree()]) {
    expect(problem).toMatchObject({ code: 'invalid_state' });
    expect(problem.detail).toContain('No subscription is running');
  }
  const { id } = await world.subscribe('pro');
  await world.deliverAll();
  const { renewsAt } = await world.readBilling();
  expect((await order('free')).body.outcome).toBe('ending');
  expect(await world.readBilling()).toMatchObject({
    ...{ plan: 'pro', until: renewsAt, planAfter: 'free', renewsAt: null },
  });
  expect((await order('free')).problem.detail).toContain('ends already');
  expect((await order('pro')).body.outcome).toBe('changed');
  expect(await world.readBilling()).toMatchObject({ until: null, renewsAt });
  await order('free');
  endPeriod(world.stripe.account, id);
  await world.deliverAll();
  expect(await world.readBilling()).toMatchObject({ plan: 'free', until: null });
});

it('leaves a plan that the operator set, and the terms that go with a plan that stays', async () => {
  const { services } = world.app;
  const { id } = await world.subscribe('pro');
  await world.deliverAll();
  await setPlan(services, 'pro', world.organizationId, 'req_test', { keysMax: 50 });
  await reconcile();
  // Also where the end of the plan is another by then.
  expect((await order('free')).body.outcome).toBe('ending');
  expect(await world.readBilling()).toMatchObject({
    planAfter: 'free',
    limits: { keys: { max: 50 } },
  });
  await setPlan(services, 'enterprise', world.organizationId, 'req_test');
  cancelSubscription(world.stripe.account, id);
  await world.deliverAll();
  expect(await plan()).toBe('enterprise');
});

it('takes no plan from who pays a price that the configuration does not name', async () => {
  const { account } = world.stripe;
  const { id } = await world.subscribe('pro');
  await world.deliverAll();
  const [item] = account.get('subscription', id).items.data;
  if (item) item.price = account.get('price', PRICES.other);
  expect(await reconcile()).toMatchObject({ reconciled: 1 });
  expect(await plan()).toBe('pro');
  expect(world.app.logged.join('')).toContain('no STRIPE_PRICE_ variable names');
});
