import { and, asc, gt, isNotNull, isNull, lt, or } from 'drizzle-orm';
import { stripeCustomer } from '../../../db/schema/index.ts';
import { noteAsked } from './customer-of.ts';
import { type FollowServices, followSubscription } from './follow-subscription.ts';

const PAGE = 100;
/** Stripe is asked once about most, and answers 100 requests a second to everything together. */
const AT_ONCE_MAX = 4;
/** Well below the time after which the queue gives up a job. */
const STEP_MS = 8 * 60_000;

interface Step {
  readonly stopping?: AbortSignal;
  /** Those who were asked about since then need not be again; the last midnight in UTC unless given. */
  readonly askedBefore?: Date;
  readonly stepMs?: number;
}

interface Counts {
  reconciled: number;
  failed: number;
  /** 1 where the time was up before the last of them. */
  left: number;
}

/**
 * Asks Stripe about every customer, whatever events have come or not, and stores what it says. Also
 * ends the subscriptions of deleted organizations that could not be ended before. Ends after a while: what
 * is left is for another step, which begins where this one ended, in whatever process.
 */
export async function reconcileSubscriptions(
  services: FollowServices,
  { stopping, askedBefore = midnight(services.clock()), stepMs = STEP_MS }: Step = {},
): Promise<Counts> {
  const counts = { reconciled: 0, failed: 0, left: 0 };
  if (!services.stripe) {
    await warnOfForgotten(services);
    return counts;
  }
  const endsAt = services.clock().getTime() + stepMs;
  for (let after = ''; ; ) {
    const ids = await findDue(services, askedBefore, after);
    const waiting = [...ids];
    const reconcileSome = async () => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        const isDone = await attempt(services, id);
        counts[isDone ? 'reconciled' : 'failed'] += 1;
        if (stopping?.aborted || services.clock().getTime() >= endsAt) return;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE_MAX }, reconcileSome));
    const isAllDone = waiting.length === 0 && ids.length < PAGE;
    if (isAllDone) return counts;
    if (waiting.length > 0) return { ...counts, left: 1 };
    after = ids.at(-1) ?? '';
  }
}

function midnight(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}

/** By id, so that one that fails again and again keeps no other from its turn. */
async function findDue({ db }: FollowServices, askedBefore: Date, after: string) {
  const { organizationId, followedAt } = stripeCustomer;
  const isDue = or(isNull(followedAt), lt(followedAt, askedBefore));
  const rows = await db
    .select({ organizationId })
    .from(stripeCustomer)
    .where(and(gt(organizationId, after), isDue))
    .orderBy(asc(organizationId))
    .limit(PAGE);
  return rows.map((row) => row.organizationId);
}

/** The installation billed by Stripe before, and those subscriptions may go on. */
async function warnOfForgotten({ db, log }: FollowServices): Promise<void> {
  const organizations = await db.$count(
    stripeCustomer,
    and(isNull(stripeCustomer.endedAt), isNotNull(stripeCustomer.planGiven)),
  );
  if (organizations === 0) return;
  log.warn(
    { organizations },
    'Stripe may still bill organizations, whose plans do not follow it: TOLLKEEPER_BILLING is not "stripe"',
  );
}

/** One that fails holds up no other, and is asked about again the next night. */
async function attempt(services: FollowServices, organizationId: string): Promise<boolean> {
  try {
    await followSubscription(services, organizationId);
    return true;
  } catch (error) {
    services.log.error({ err: error, organizationId }, 'cannot reconcile a subscription');
    await noteAsked(services, organizationId);
    return false;
  }
}
