import { and, asc, gt, isNotNull, isNull } from 'drizzle-orm';
import { stripeCustomer } from '../../../db/schema/index.ts';
import { type FollowServices, followSubscription } from './follow-subscription.ts';

const PAGE = 500;

/**
 * Asks Stripe about every customer, whatever events have come or not, and stores what it says. Also
 * ends the subscriptions of deleted organizations that could not be ended before.
 */
export async function reconcileSubscriptions(
  services: FollowServices,
): Promise<{ reconciled: number; failed: number }> {
  const counts = { reconciled: 0, failed: 0 };
  if (!services.stripe) {
    await warnOfForgotten(services);
    return counts;
  }
  for (let after = ''; ; ) {
    const rows = await services.db
      .select({ organizationId: stripeCustomer.organizationId })
      .from(stripeCustomer)
      .where(gt(stripeCustomer.organizationId, after))
      .orderBy(asc(stripeCustomer.organizationId))
      .limit(PAGE);
    for (const { organizationId } of rows) {
      const isDone = await attempt(services, organizationId);
      counts[isDone ? 'reconciled' : 'failed'] += 1;
      after = organizationId;
    }
    if (rows.length < PAGE) return counts;
  }
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

/** One that fails holds up no other. */
async function attempt(services: FollowServices, organizationId: string): Promise<boolean> {
  try {
    await followSubscription(services, organizationId);
    return true;
  } catch (error) {
    services.log.error({ err: error, organizationId }, 'cannot reconcile a subscription');
    return false;
  }
}
