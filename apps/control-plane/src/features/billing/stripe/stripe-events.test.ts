import { PLAN_KEYS_MAX, type Plan } from '@tollkeeper/contract';
import { beforeEach, expect, it } from 'vitest';
import { type Answer, createClient } from '../../../testing/client.ts';
import { auditEvents } from '../../../testing/query-database.ts';
import type { Event, Subscription } from '../../../testing/stripe/objects.ts';
import { PRICES } from '../../../testing/stripe/stripe-server.ts';
import { type StripeWorld, startStripeWorld } from '../../../testing/stripe/stripe-world.ts';
import { cancelSubscription, updateSubscription } from '../../../testing/stripe/subscriptions.ts';
import { deliver } from '../../../testing/stripe/webhooks.ts';
import { startTestApp } from '../../../testing/test-app.ts';

const CREATIONS = process.env.LONG ? 200 : 40;

let world: StripeWorld;

beforeEach(async () => {
  world ??= await startStripeWorld();
  await world.reset();
});

const plan = async () => (await world.readBilling()).plan;

/** As somebody does it in Stripe's dashboard. */
function changePrice({ id, items: { data } }: Subscription, to: 'developer' | 'pro'): void {
  const items = data.map((item) => ({ id: item.id, price: PRICES[to] }));
  updateSubscription(world.stripe.account, id, { items, proration_behavior: 'always_invoice' });
}

const isOf = (type: string) => (event: Event) => event.type === type;

/** In which order the events come of a subscription that began with Developer and has Pro by now. */
const DELIVERIES: readonly [how: string, events: (sent: readonly Event[]) => readonly Event[]][] = [
  ['each once', (sent) => sent],
  ['each twice', (sent) => sent.flatMap((event) => [event, event])],
  ['in the reverse order', (sent) => sent.toReversed()],
  [
    'the update before the creation',
    (sent) => [
      ...sent.filter(isOf('customer.subscription.updated')),
      ...sent.filter(isOf('customer.subscription.created')),
    ],
  ],
  ['all once more, later', (sent) => [...sent, ...sent]],
  ['the first alone', (sent) => sent.slice(0, 1)],
];

it.each(DELIVERIES)('ends in the right plan where events come: %s', async (_how, order) => {
  const subscription = await world.subscribe('developer');
  changePrice(subscription, 'pro');
  const before = (await auditEvents(world.query)).length;
  for (const event of order(world.stripe.account.events)) {
    expect(await world.deliver(event)).toBe(204);
    // What Stripe says now, and not what the event says.
    expect(await plan()).toBe('pro');
  }
  const written = (await auditEvents(world.query)).slice(before);
  expect(written).toMatchObject([
    { action: 'billing.follow_subscription', before: { plan: 'free' }, after: { plan: 'pro' } },
  ]);
});

it('leaves Free in force where a payment is reported after the subscription ended', async () => {
  const { account } = world.stripe;
  const { id } = await world.subscribe('developer');
  const paid = account.events.filter(isOf('invoice.paid'));
  cancelSubscription(account, id);
  await world.deliverAll();
  for (const event of paid) expect(await world.deliver(event)).toBe(204);
  expect(paid).toHaveLength(1);
  expect(await plan()).toBe('free');
});

it('ends the plan where the customer was deleted at Stripe, which may subscribe anew', async () => {
  const { app, owner, stripe } = world;
  const { customer } = await world.subscribe('pro');
  await world.deliverAll();
  await app.services.stripe?.client.customers.del(customer);
  await world.deliverAll();
  expect(await plan()).toBe('free');
  expect((await owner.get('/v1/billing/invoices')).body).toEqual({ data: [] });
  expect((await owner.post('/v1/billing/portal')).problem.code).toBe('invalid_state');
  const { status } = await world.subscribe('developer');
  expect(status).toBe('active');
  await world.deliverAll();
  expect(await plan()).toBe('developer');
  expect(stripe.account.all('customer').map(({ id }) => id)).toContain(customer);
});

it('creates no key beyond the plan in force, in two servers, while Stripe changes the plan', async () => {
  const { app, owner, stripe } = world;
  const { database, services } = app;
  const other = await startTestApp({ database, clock: services.clock, billing: services.billing });
  const servers = [app, other];
  const subscription = await world.subscribe('developer');
  await world.deliverAll();
  const [last] = await world.query<{ sequence: unknown }>(
    'select max(sequence) as sequence from audit_event',
  );
  const create = (at: number) => {
    const { baseUrl } = servers[at % 2] ?? app;
    const creator = createClient(baseUrl, { ...owner.headers, origin: baseUrl });
    return decided(() => creator.post('/v1/api-keys', { name: `key ${at}`, profile: 'read-only' }));
  };
  const changePlans = async () => {
    for (const [at, to] of (['pro', 'developer', 'pro', 'developer'] as const).entries()) {
      changePrice(subscription, to);
      const event = stripe.account.events.at(-1) as Event;
      expect(await deliver(servers[at % 2] ?? app, event, services.clock())).toBe(204);
    }
  };
  const [answers] = await Promise.all([
    Promise.all(Array.from({ length: CREATIONS }, (_, at) => create(at))),
    changePlans(),
  ]);
  expect(answers.every(({ status }) => status === 201 || status === 403)).toBe(true);

  // Events have the order of the commits.
  const events = await world.query<{ action: string; after: { plan: Plan } }>(
    'select action, after from audit_event where sequence > $1 order by sequence',
    [last?.sequence],
  );
  let inForce: Plan = 'developer';
  let used = 0;
  for (const { action, after } of events) {
    if (action === 'billing.follow_subscription') inForce = after.plan;
    if (action !== 'api_key.create') continue;
    used += 1;
    expect(used).toBeLessThanOrEqual(PLAN_KEYS_MAX[inForce] ?? 0);
  }
  expect(used).toBeGreaterThanOrEqual(PLAN_KEYS_MAX.developer ?? 0);
  expect(events.filter(({ action }) => action === 'billing.follow_subscription')).toHaveLength(4);
});

/** A busy machine may say "try again", which decides nothing. */
async function decided<T>(send: () => Promise<Answer<T>>): Promise<Answer<T>> {
  const answer = await send();
  return answer.status === 503 ? decided(send) : answer;
}
