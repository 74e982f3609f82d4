import { PLANS, type Plan } from '@tollkeeper/contract';

/** One subscription, as Stripe described it. */
export interface SubscriptionFacts {
  readonly id: string;
  readonly status: string;
  /** Undefined where its price belongs to no plan. */
  readonly plan: Plan | undefined;
  /** End of the period that is paid, or is to be paid. */
  readonly periodEnd: Date;
  /** When it ends; null where it goes on. */
  readonly cancelAt: Date | null;
  /** When the invoice was due that is not paid; null where none is. */
  readonly unpaidSince: Date | null;
}

/** The plan that an organization has by its subscriptions. */
export interface GivenPlan {
  readonly plan: Plan;
  /** When it ends; null where it goes on. */
  readonly until: Date | null;
  /** Whether that time has passed: who still has the plan keeps it until its end was announced. */
  readonly isOver: boolean;
  /** What follows when it ends. */
  readonly planAfter: Plan | null;
  readonly subscription: SubscriptionFacts;
}

export interface Reading {
  /** Undefined where no subscription gives a plan. */
  readonly given: GivenPlan | undefined;
  /** Those that Stripe goes on to bill, whatever they give. */
  readonly live: readonly SubscriptionFacts[];
  /** Since when a payment has been failing. */
  readonly pastDueSince: Date | null;
  /** Live ones that gave a plan before, and whose price belongs to none by now. */
  readonly unknown: readonly SubscriptionFacts[];
}

interface Terms {
  readonly now: Date;
  readonly graceDays: number;
  /** As it was stored with the answer before: a later invoice does not begin another grace period. */
  readonly pastDueSince: Date | null;
}

const DAY_MS = 86_400_000;
/** Stripe bills them, now or later. Of the others, "incomplete" was never paid, and the rest has ended. */
const LIVE: readonly string[] = ['active', 'trialing', 'past_due', 'unpaid', 'paused'];
/** Never again billed. */
export const ENDED: readonly string[] = ['canceled', 'incomplete_expired'];
/** Never paid, and so never begun. */
export const UNPAID: readonly string[] = ['incomplete', 'incomplete_expired'];
const PAID: readonly string[] = ['active', 'trialing'];
const FAILING: readonly string[] = ['past_due', 'unpaid'];

/** What the subscriptions of one organization give it at that time. Of several, the highest plan. */
export function readSubscriptions(
  subscriptions: readonly SubscriptionFacts[],
  terms: Terms,
): Reading {
  const live = subscriptions.filter(isLive);
  const pastDueSince = earliestFailure(live, terms);
  const giving = live
    .flatMap((each) => planOf(each, terms, pastDueSince) ?? [])
    .sort(
      (a, b) =>
        Number(a.isOver) - Number(b.isOver) || rank(b.plan) - rank(a.plan) || endOf(b) - endOf(a),
    );
  const [first, ...others] = giving;
  return {
    given: first && { ...first, planAfter: first.until && planAfter(first, others) },
    live,
    pastDueSince,
    unknown: live.filter(({ plan }) => plan === undefined),
  };
}

/** Whether Stripe bills it, now or later. */
export function isLive({ status }: SubscriptionFacts): boolean {
  return LIVE.includes(status);
}

export function isFailing({ status }: SubscriptionFacts): boolean {
  return FAILING.includes(status);
}

type Giving = Omit<GivenPlan, 'planAfter'>;

function planOf(
  subscription: SubscriptionFacts,
  { now, graceDays }: Terms,
  pastDueSince: Date | null,
): Giving | undefined {
  const { plan, status, cancelAt } = subscription;
  if (plan === undefined) return undefined;
  const givenUntil = (until: Date | null): Giving => {
    return { plan, until, isOver: until !== null && until <= now, subscription };
  };
  if (PAID.includes(status)) return givenUntil(cancelAt);
  if (!isFailing(subscription) || !pastDueSince) return undefined;
  const graceEnds = new Date(pastDueSince.getTime() + graceDays * DAY_MS);
  return givenUntil(cancelAt && cancelAt < graceEnds ? cancelAt : graceEnds);
}

function earliestFailure(
  live: readonly SubscriptionFacts[],
  { now, pastDueSince }: Terms,
): Date | null {
  const failing = live.filter(isFailing);
  if (failing.length === 0) return null;
  const since = failing.map(({ unpaidSince }) => (unpaidSince ?? now).getTime());
  return new Date(Math.min(...since, ...(pastDueSince ? [pastDueSince.getTime()] : [])));
}

/** The best of those that go on longer. */
function planAfter(ending: Giving, others: readonly Giving[]): Plan {
  return others.find((each) => endOf(each) > endOf(ending))?.plan ?? 'free';
}

function endOf({ until }: Giving): number {
  return until?.getTime() ?? Number.POSITIVE_INFINITY;
}

export function rank(plan: Plan): number {
  return PLANS.indexOf(plan);
}
