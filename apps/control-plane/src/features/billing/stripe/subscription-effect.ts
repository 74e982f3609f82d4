import type { Facts as AuditFacts } from '../../../write/audit.ts';
import { isSame } from '../../../write/write.ts';
import { type PlanTerms, plainTerms } from '../plan-terms.ts';
import type { CustomerRow } from './customer-of.ts';
import type { FoundSubscriptions } from './find-subscriptions.ts';
import { type GivenPlan, type Reading, rank, readSubscriptions } from './subscription-plan.ts';

type Ours = 'livemode' | 'subscriptionIds' | 'checkoutIds';
type Facts = Omit<
  CustomerRow,
  Ours | 'organizationId' | 'customerId' | 'revision' | 'followedAt' | 'endedAt'
>;

/** What an answer of Stripe leads to. */
export interface SubscriptionEffect {
  readonly reading: Reading;
  /** The terms that the subscriptions give; the same object where they stay. */
  readonly terms: PlanTerms;
  readonly customer: Facts & Pick<CustomerRow, Ours>;
  /** Whether all of that is so already. */
  readonly isNone: boolean;
}

interface Circumstances {
  readonly now: Date;
  readonly graceDays: number;
  readonly livemode: boolean;
}

export function subscriptionEffect(
  before: PlanTerms,
  customer: CustomerRow,
  found: FoundSubscriptions,
  { now, graceDays, livemode }: Circumstances,
): SubscriptionEffect {
  const { pastDueSince } = customer;
  const reading = readSubscriptions(found.subscriptions, { now, graceDays, pastDueSince });
  const terms = termsAfter(before, customer, reading);
  const after = {
    ...customerAfter(terms, customer, reading, found),
    ...oursAfter(customer, found),
    livemode: found.isGone ? customer.livemode : livemode,
  };
  const isNone = terms === before && isSame(allOf(customer), allOf(after));
  return { reading, terms, customer: after, isNone };
}

function allOf(row: Facts & Pick<CustomerRow, Ours>) {
  const { livemode, subscriptionIds, checkoutIds } = row;
  return { ...customerFacts(row), livemode, subscriptionIds, checkoutIds };
}

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

function customerAfter(
  { plan }: PlanTerms,
  { subscriptionId }: CustomerRow,
  { given, live, pastDueSince }: Reading,
  { subscriptions, paymentMethod }: FoundSubscriptions,
): Facts {
  const giving = subscriptions.find(({ id }) => id === given?.subscription.id);
  const pays = giving?.paymentMethod ?? paymentMethod;
  return {
    planGiven: given && !(given.isOver && given.plan !== plan) ? given.plan : null,
    subscriptionId: given?.subscription.id ?? subscriptionId,
    renewsAt: given && given.until === null ? given.subscription.periodEnd : null,
    onTrial: given?.subscription.status === 'trialing',
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

/** As the audit log records it. */
export function customerFacts({ renewsAt, pastDueSince, ...row }: Facts): AuditFacts {
  const { planGiven, subscriptionId, onTrial, hasSeveral } = row;
  const { paymentKind, paymentBrand, paymentLast4 } = row;
  return {
    ...{ planGiven, subscriptionId, onTrial, paymentKind, paymentBrand, paymentLast4, hasSeveral },
    renewsAt: renewsAt?.toISOString() ?? null,
    pastDueSince: pastDueSince?.toISOString() ?? null,
  };
}
