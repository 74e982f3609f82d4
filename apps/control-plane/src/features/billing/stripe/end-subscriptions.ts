import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { organization, stripeCustomer } from '../../../db/schema/index.ts';
import { requireStripe, type StripeAccount } from '../../../payments/stripe-account.ts';
import { commit } from '../../../write/write.ts';
import type { RefreshServices } from '../billing-provider.ts';
import { expireCheckouts } from './checkouts.ts';
import { type CustomerRow, lockCustomer } from './customer-of.ts';
import { cancelNow, type FoundSubscription, findSubscriptions } from './find-subscriptions.ts';
import { ENDED, UNPAID } from './subscription-plan.ts';

type DeletedCustomerRow = CustomerRow & { readonly deletedAt: Date };

/**
 * Ends what a deleted organization is still subscribed to, at once, and what it could still pay for, and
 * asks Stripe whether it has ended. Only then is that recorded: in the audit log, which is kept for 30
 * days more. What was paid after the deletion is an alarm in the server's log: a person has to refund it.
 * @throws DomainError unavailable, where Stripe cannot be asked; to be called again later
 */
export async function endSubscriptions(
  services: RefreshServices,
  bound: DeletedCustomerRow,
): Promise<void> {
  const { organizationId, customerId, endedAt, deletedAt } = bound;
  const stripe = requireStripe(services);
  const found = await findWithoutCheckouts(stripe, bound);
  const running = found.filter(isRunning);
  const late = begunAfter(endedAt ?? deletedAt, found);
  if (running.length + late.length === 0 && endedAt) return;
  await cancelAll(stripe, bound, running);
  const source = {
    organizationId,
    actor: { type: 'system', job: 'end-subscriptions' } as const,
    action: 'billing.end_subscriptions' as const,
    origin: { requestId: `req_${randomUUID()}`, ip: null, userAgent: null },
  };
  const subscriptions = running.map(({ id }) => id);
  if (late.length > 0) {
    services.log.error(
      { organizationId, customerId, subscriptions: late },
      'a subscription was paid after its organization was deleted: refund it in the Stripe dashboard',
    );
  }
  await commit<undefined>(services, source, async (tx) => {
    const customer = await lockCustomer(tx, organizationId);
    const [row] = await tx
      .select({ name: organization.name })
      .from(organization)
      .where(eq(organization.id, organizationId));
    const isRecorded = customer?.endedAt?.getTime() !== endedAt?.getTime();
    // Erased, or recorded by another process.
    if (!customer || !row || isRecorded) return { replayed: undefined };
    await tx
      .update(stripeCustomer)
      .set({ endedAt: services.clock() })
      .where(eq(stripeCustomer.organizationId, organizationId));
    return {
      result: undefined,
      target: { type: 'organization', id: organizationId, name: row.name },
      before: { subscriptions },
      after: { subscriptions: [], begunAfterDeletion: late },
      changes: [],
    };
  });
  services.log.info(
    { organizationId, subscriptions },
    'ended the subscriptions of a deleted organization',
  );
}

/** What is subscribed to, once no checkout can add to it. */
async function findWithoutCheckouts(
  stripe: StripeAccount,
  bound: CustomerRow,
): Promise<readonly FoundSubscription[]> {
  const { checkouts, subscriptions } = await findSubscriptions(stripe, bound);
  if (checkouts.open.length === 0) return subscriptions;
  await expireCheckouts(stripe, checkouts.open);
  return (await findSubscriptions(stripe, bound)).subscriptions;
}

/** Resolves once Stripe has confirmed that they have ended. */
async function cancelAll(
  stripe: StripeAccount,
  bound: CustomerRow,
  running: readonly FoundSubscription[],
): Promise<void> {
  if (running.length === 0) return;
  for (const { id } of running) await cancelNow(stripe, id);
  const still = (await findSubscriptions(stripe, bound)).subscriptions.filter(isRunning);
  if (still.length > 0) throw new Error(`Stripe still bills "${still.map(({ id }) => id)}"`);
}

function isRunning({ status }: FoundSubscription): boolean {
  return !ENDED.includes(status);
}

/** Those that somebody paid for, whether they have ended since or not. Stripe's times are in seconds. */
function begunAfter(time: Date, found: readonly FoundSubscription[]): string[] {
  const since = Math.floor(time.getTime() / 1000) * 1000;
  return found
    .filter(({ createdAt, status }) => createdAt.getTime() >= since && !UNPAID.includes(status))
    .map(({ id }) => id);
}
