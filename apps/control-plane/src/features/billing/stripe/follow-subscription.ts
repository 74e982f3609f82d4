import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../db/connect.ts';
import { stripeCustomer } from '../../../db/schema/index.ts';
import { DomainError } from '../../../domain-error.ts';
import { requireStripe } from '../../../payments/stripe-account.ts';
import { createSingleFlight } from '../../../replication/single-flight.ts';
import type { Facts } from '../../../write/audit.ts';
import { commit, type FurtherEvent, unlessUnchanged } from '../../../write/write.ts';
import type { RefreshServices } from '../billing-provider.ts';
import {
  lockTerms,
  type PlanTerms,
  plainTerms,
  storeTerms,
  termsEvents,
  termsFacts,
} from '../plan-terms.ts';
import { type CustomerRow, findCustomer, lockCustomer } from './customer-of.ts';
import { endSubscriptions } from './end-subscriptions.ts';
import { type FoundSubscriptions, findSubscriptions } from './find-subscriptions.ts';
import { type GivenPlan, type Reading, rank, readSubscriptions } from './subscription-plan.ts';

export type FollowServices = RefreshServices;

const ATTEMPTS_MAX = 5;

/**
 * Asks Stripe what an organization is subscribed to, and stores what it says now: the plan follows it,
 * in one transaction with the audit event. Whatever led here is only a hint, so that it makes no
 * difference how often it came, in which order, or how late. Resolves once an answer is committed that
 * Stripe gave after the call. Ends the subscriptions of an organization that was deleted.
 * @throws DomainError unavailable, where Stripe cannot be asked
 */
export async function followSubscription(
  services: FollowServices,
  organizationId: string,
): Promise<void> {
  const { following } = requireStripe(services);
  let flight = following.get(organizationId);
  if (!flight) {
    flight = createSingleFlight(() => follow(services, organizationId));
    following.set(organizationId, flight);
  }
  try {
    await flight.run();
  } finally {
    void flight.idle().then(() => following.delete(organizationId));
  }
}

async function follow(services: FollowServices, organizationId: string): Promise<void> {
  const stripe = requireStripe(services);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const customer = await findCustomer(services.db, organizationId);
    if (!customer) return;
    const { deletedAt } = customer;
    if (deletedAt) return endSubscriptions(services, { ...customer, deletedAt });
    // No lock is held while Stripe is asked. An answer is stored only where no other was since the
    // question: each that is stored was given after the one before it was committed.
    const found = await findSubscriptions(stripe, customer);
    if (await store(services, customer, found)) return;
  }
  throw new DomainError(
    'unavailable',
    'The subscription is being changed by too many at a time. Try again later.',
  );
}

/** @returns whether it was stored: not where another answer was stored since the question */
function store(
  services: FollowServices,
  { organizationId, revision }: CustomerRow,
  found: FoundSubscriptions,
): Promise<boolean> {
  const source = {
    organizationId,
    actor: { type: 'system', job: 'follow-subscription' } as const,
    action: 'billing.follow_subscription' as const,
    origin: { requestId: `req_${randomUUID()}`, ip: null, userAgent: null },
  };
  return commit<boolean>(services, source, async (tx) => {
    const before = await lockTerms(tx, organizationId);
    const customer = await lockCustomer(tx, organizationId);
    if (customer?.revision !== revision) return { replayed: false };
    const now = services.clock();
    const { config, livemode } = requireStripe(services);
    const { graceDays } = config;
    const { pastDueSince } = customer;
    const reading = readSubscriptions(found.subscriptions, { now, graceDays, pastDueSince });
    const after = termsAfter(before, customer, reading);
    const furtherEvents: FurtherEvent[] = [];
    if (after !== before) {
      await storeTerms(tx, organizationId, before, after);
      furtherEvents.push(...(await termsEvents(tx, organizationId, before, now)));
    }
    const row = {
      ...customerAfter(after, customer, reading, found),
      ...oursAfter(customer, found),
    };
    const known = found.isGone ? {} : { livemode };
    const asked = { revision: revision + 1, followedAt: now };
    await storeCustomer(tx, organizationId, { ...row, ...known, ...asked });
    logUnknown(services, organizationId, reading);
    const target = { type: 'organization', id: organizationId, name: before.name } as const;
    return unlessUnchanged({
      result: true,
      target,
      before: { ...termsFacts(before), ...customerFacts(customer) },
      after: { ...termsFacts(after), ...customerFacts(row) },
      furtherEvents: [...furtherEvents, ...severalSubscriptions(customer, reading, target)],
      changes: [],
    });
  });
}

/** The terms that the subscriptions give; the same object where they stay. */
function termsAfter(
  before: PlanTerms,
  { planGiven }: CustomerRow,
  { given, unknown }: Reading,
): PlanTerms {
  // A price that the configuration does not name may be of any plan: nothing is taken from who pays it.
  const mayLower = unknown.length === 0;
  // A plan that no subscription gave is the operator's to end.
  const isGiven = planGiven !== null && planGiven === before.plan;
  if (given) {
    if (isAs(before, given)) return before;
    // The job that ends plans announces it first. What it has ended does not come back.
    if (given.isOver && !(isGiven && given.plan === before.plan)) return before;
    if (rank(given.plan) < rank(before.plan) && !mayLower) return before;
    const { plan, until, planAfter } = given;
    const ofOperator = plan === before.plan ? { keysMax: before.keysMax, note: before.note } : {};
    return { ...plainTerms(plan), ...ofOperator, until, planAfter };
  }
  return isGiven && mayLower ? plainTerms('free') : before;
}

function isAs(terms: PlanTerms, { plan, until, planAfter }: GivenPlan): boolean {
  const isSameEnd = terms.until?.getTime() === until?.getTime();
  return terms.plan === plan && isSameEnd && terms.planAfter === planAfter;
}

type Binding = 'organizationId' | 'customerId' | 'livemode' | 'subscriptionIds' | 'checkoutIds';
type CustomerAfter = Omit<CustomerRow, Binding | 'revision' | 'followedAt' | 'endedAt'>;

function customerAfter(
  { plan }: PlanTerms,
  { subscriptionId }: CustomerRow,
  { given, live, pastDueSince }: Reading,
  { subscriptions, paymentMethod }: FoundSubscriptions,
): CustomerAfter {
  const giving = subscriptions.find(({ id }) => id === given?.subscription.id);
  const pays = giving?.paymentMethod ?? paymentMethod;
  return {
    planGiven: given && !(given.isOver && given.plan !== plan) ? given.plan : null,
    subscriptionId: given?.subscription.id ?? subscriptionId,
    renewsAt: given && given.until === null ? given.subscription.periodEnd : null,
    pastDueSince,
    paymentKind: pays?.kind ?? null,
    paymentBrand: pays?.brand ?? null,
    paymentLast4: pays?.last4 ?? null,
    hasSeveral: live.length > 1,
  };
}

/** What is known as ours from now on. A subscription that has ended was the first one, too. */
function oursAfter(
  { subscriptionIds, checkoutIds }: CustomerRow,
  { subscriptions, checkouts }: FoundSubscriptions,
): Pick<CustomerRow, 'subscriptionIds' | 'checkoutIds'> {
  return {
    subscriptionIds: [...new Set([...subscriptionIds, ...subscriptions.map(({ id }) => id)])],
    checkoutIds: checkoutIds.filter((id) => !checkouts.settled.includes(id)),
  };
}

async function storeCustomer(
  tx: Transaction,
  organizationId: string,
  set: Partial<CustomerRow>,
): Promise<void> {
  await tx.update(stripeCustomer).set(set).where(eq(stripeCustomer.organizationId, organizationId));
}

/** As the audit log records it. */
function customerFacts({ renewsAt, pastDueSince, ...row }: CustomerAfter): Facts {
  const { planGiven, subscriptionId, paymentKind, paymentBrand, paymentLast4, hasSeveral } = row;
  return {
    ...{ planGiven, subscriptionId, paymentKind, paymentBrand, paymentLast4, hasSeveral },
    renewsAt: renewsAt?.toISOString() ?? null,
    pastDueSince: pastDueSince?.toISOString() ?? null,
  };
}

/** Each is billed, and only one gives the plan: a person has to decide which one is meant. */
function severalSubscriptions(
  { hasSeveral }: CustomerRow,
  { live, given }: Reading,
  target: FurtherEvent['target'],
): FurtherEvent[] {
  if (hasSeveral || live.length < 2) return [];
  const after = {
    plan: given?.plan ?? null,
    subscriptions: live.map(({ id, status, plan }) => ({ id, status, plan: plan ?? null })),
  };
  return [{ action: 'billing.several_subscriptions', target, before: null, after }];
}

function logUnknown({ log }: FollowServices, organizationId: string, { unknown }: Reading): void {
  if (unknown.length === 0) return;
  const subscriptions = unknown.map(({ id }) => id);
  log.error(
    { organizationId, subscriptions },
    'a subscription has a price that no STRIPE_PRICE_ variable names: it gives no plan',
  );
}
