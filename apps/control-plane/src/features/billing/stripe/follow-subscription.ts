import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { Database, Transaction } from '../../../db/connect.ts';
import { stripeCustomer } from '../../../db/schema/index.ts';
import { DomainError } from '../../../domain-error.ts';
import { requireStripe } from '../../../payments/stripe-account.ts';
import { createSingleFlight } from '../../../replication/single-flight.ts';
import { commit, type FurtherEvent, unlessUnchanged } from '../../../write/write.ts';
import type { RefreshServices } from '../billing-provider.ts';
import { lockTerms, type PlanTerms, storeTerms, termsEvents, termsFacts } from '../plan-terms.ts';
import { type CustomerRow, findCustomerAndTerms, lockCustomer, noteAsked } from './customer-of.ts';
import { endSubscriptions } from './end-subscriptions.ts';
import { type FoundSubscriptions, findSubscriptions } from './find-subscriptions.ts';
import {
  customerFacts,
  type SubscriptionEffect,
  subscriptionEffect,
} from './subscription-effect.ts';

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
    const standing = await findCustomerAndTerms(services.db, organizationId);
    if (!standing) return;
    const { customer, terms, deletedAt } = standing;
    if (deletedAt) {
      await endSubscriptions(services, { ...customer, deletedAt });
      return noteAsked(services, organizationId);
    }
    // No lock is held while Stripe is asked. An answer is stored only where no other was since the
    // question: each that is stored was given after the one before it was committed.
    const found = await findSubscriptions(stripe, customer);
    const effect = effectOf(services, terms, customer, found);
    logUnknown(services, organizationId, effect);
    const isStored = effect.isNone
      ? await storeCustomer(services.db, customer, asked(services, customer))
      : await store(services, customer, found);
    if (isStored) return;
  }
  throw new DomainError(
    'unavailable',
    'The subscription is being changed by too many at a time. Try again later.',
  );
}

function effectOf(
  services: FollowServices,
  terms: PlanTerms,
  customer: CustomerRow,
  found: FoundSubscriptions,
): SubscriptionEffect {
  const { config, livemode } = requireStripe(services);
  const circumstances = { now: services.clock(), graceDays: config.graceDays, livemode };
  return subscriptionEffect(terms, customer, found, circumstances);
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
    const effect = effectOf(services, before, customer, found);
    const after = effect.terms;
    const furtherEvents: FurtherEvent[] = [];
    if (after !== before) {
      await storeTerms(tx, organizationId, before, after);
      furtherEvents.push(...(await termsEvents(tx, organizationId, before, services.clock())));
    }
    await storeCustomer(tx, customer, { ...effect.customer, ...asked(services, customer) });
    const target = { type: 'organization', id: organizationId, name: before.name } as const;
    return unlessUnchanged({
      result: true,
      target,
      before: { ...termsFacts(before), ...customerFacts(customer) },
      after: { ...termsFacts(after), ...customerFacts(effect.customer) },
      furtherEvents: [...furtherEvents, ...severalSubscriptions(customer, effect, target)],
      changes: [],
    });
  });
}

function asked({ clock }: FollowServices, { revision }: CustomerRow): Partial<CustomerRow> {
  return { revision: revision + 1, followedAt: clock() };
}

/** @returns whether the row is still the one that was read */
async function storeCustomer(
  db: Database | Transaction,
  { organizationId, revision }: CustomerRow,
  set: Partial<CustomerRow>,
): Promise<boolean> {
  const isAsRead = eq(stripeCustomer.revision, revision);
  const { rowCount } = await db
    .update(stripeCustomer)
    .set(set)
    .where(and(eq(stripeCustomer.organizationId, organizationId), isAsRead));
  return rowCount === 1;
}

/** Each is billed, and only one gives the plan: a person has to decide which one is meant. */
function severalSubscriptions(
  { hasSeveral }: CustomerRow,
  { reading: { live, given } }: SubscriptionEffect,
  target: FurtherEvent['target'],
): FurtherEvent[] {
  if (hasSeveral || live.length < 2) return [];
  const after = {
    plan: given?.plan ?? null,
    subscriptions: live.map(({ id, status, plan }) => ({ id, status, plan: plan ?? null })),
  };
  return [{ action: 'billing.several_subscriptions', target, before: null, after }];
}

function logUnknown(
  { log }: FollowServices,
  organizationId: string,
  { reading: { unknown } }: SubscriptionEffect,
): void {
  if (unknown.length === 0) return;
  const subscriptions = unknown.map(({ id }) => id);
  log.error(
    { organizationId, subscriptions },
    'a subscription has a price that no STRIPE_PRICE_ variable names: it gives no plan',
  );
}
