import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../../db/connect.ts';
import { stripeCustomer } from '../../../db/schema/index.ts';
import { DomainError } from '../../../domain-error.ts';
import { askStripe, isMissing, isRefused } from '../../../payments/ask-stripe.ts';
import type { StripeAccount } from '../../../payments/stripe-account.ts';

/** What became of checkouts that were begun here. */
export interface FoundCheckouts {
  /** Those that can still be paid. */
  readonly open: readonly string[];
  readonly settled: readonly string[];
  /** Subscriptions that began with one. */
  readonly subscriptionIds: readonly string[];
}

/** For `askStripe`: asks about each. */
export async function readCheckouts(
  { client }: StripeAccount,
  ids: readonly string[],
): Promise<FoundCheckouts> {
  const [open, settled, subscriptionIds]: [string[], string[], string[]] = [[], [], []];
  for (const id of ids) {
    const session = await client.checkout.sessions.retrieve(id).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      return undefined;
    });
    (session?.status === 'open' ? open : settled).push(id);
    const subscription = session?.subscription;
    if (subscription) {
      subscriptionIds.push(typeof subscription === 'string' ? subscription : subscription.id);
    }
  }
  return { open, settled, subscriptionIds };
}

/**
 * Ends what a person has begun to pay for here and not paid, so that it cannot be paid any more. Checkouts
 * that something else has begun for the customer are left alone.
 * @throws DomainError unavailable, also where one was paid since it was asked about
 */
export async function expireCheckouts(
  { client }: StripeAccount,
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) {
    await askStripe(
      () => client.checkout.sessions.expire(id),
      (error) => (isRefused(error) ? justPaid(error) : undefined),
    );
  }
}

function justPaid(cause: unknown): DomainError {
  return new DomainError(
    'unavailable',
    'Another payment was made just now. Nothing has changed here. Read the plan, and try again.',
    { cause },
  );
}

/**
 * Remembers a checkout before anyone is given its address, and forgets those that have expired.
 * @returns those that are remembered besides, such as what other processes have begun meanwhile: the last
 * one stays open
 */
export async function rememberCheckout(
  db: Database,
  organizationId: string,
  id: string,
  expired: readonly string[],
): Promise<string[]> {
  const { checkoutIds } = stripeCustomer;
  const kept = sql`array(select each from unnest(${checkoutIds}) each where each <> all(${sql.param(expired)}::text[]))`;
  const [row] = await db
    .update(stripeCustomer)
    .set({ checkoutIds: sql`${kept} || ${id}::text` })
    .where(eq(stripeCustomer.organizationId, organizationId))
    .returning({ checkoutIds });
  return (row?.checkoutIds ?? []).filter((each) => each !== id);
}
