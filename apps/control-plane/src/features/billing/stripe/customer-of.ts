import { eq } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import type { Database, Transaction } from '../../../db/connect.ts';
import { billing, organization, stripeCustomer } from '../../../db/schema/index.ts';
import { DomainError } from '../../../domain-error.ts';
import { requireStripe, type StripeAccount } from '../../../payments/stripe-account.ts';
import { termsOf } from '../plan-terms.ts';

export type CustomerRow = typeof stripeCustomer.$inferSelect;

/**
 * Whether the configured key can ask about the customer. To a live key, one of test mode is none: nobody
 * pays there.
 * @throws DomainError unavailable, where a test key would have to forget who is billed in live mode
 */
export function isInMode(stripe: StripeAccount, { livemode }: CustomerRow): boolean {
  if (livemode === null || livemode === stripe.livemode) return true;
  if (!livemode) return false;
  throw new DomainError(
    'unavailable',
    'The subscription is one of live mode, and this server asks Stripe by a key of test mode. Nothing has changed here. Ask the operator of the server, who finds what to do in docs/billing.md.',
  );
}

/** The customer that the configured key can ask about. @throws DomainError unavailable */
export async function findUsableCustomer(
  { db, stripe }: Pick<Services, 'db' | 'stripe'>,
  organizationId: string,
): Promise<CustomerRow | undefined> {
  const customer = await findCustomer(db, organizationId);
  return customer && isInMode(requireStripe({ stripe }), customer) ? customer : undefined;
}

export async function findCustomer(
  db: Database,
  organizationId: string,
): Promise<CustomerRow | undefined> {
  const [row] = await db
    .select()
    .from(stripeCustomer)
    .where(eq(stripeCustomer.organizationId, organizationId));
  return row;
}

/** With the terms of its organization then, which nothing keeps as they are. */
export async function findCustomerAndTerms(db: Database, organizationId: string) {
  const [row] = await db
    .select({ customer: stripeCustomer, organization, billing })
    .from(stripeCustomer)
    .innerJoin(organization, eq(organization.id, stripeCustomer.organizationId))
    .leftJoin(billing, eq(billing.organizationId, stripeCustomer.organizationId))
    .where(eq(stripeCustomer.organizationId, organizationId));
  if (!row) return undefined;
  return {
    customer: row.customer,
    terms: termsOf(row),
    deletedAt: row.organization.deletedAt,
  };
}

/** That Stripe was asked, where no answer of it was stored. */
export async function noteAsked(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  organizationId: string,
): Promise<void> {
  await db
    .update(stripeCustomer)
    .set({ followedAt: clock() })
    .where(eq(stripeCustomer.organizationId, organizationId));
}

/** The organization whose customer that is, by our own table alone. */
export async function findOrganizationOf(
  db: Database,
  customerId: string,
): Promise<string | undefined> {
  const [row] = await db
    .select({ organizationId: stripeCustomer.organizationId })
    .from(stripeCustomer)
    .where(eq(stripeCustomer.customerId, customerId));
  return row?.organizationId;
}

/** For a transaction: locked until it ends, so that one answer of Stripe is stored after the other. */
export async function lockCustomer(
  tx: Transaction,
  organizationId: string,
): Promise<CustomerRow | undefined> {
  const [row] = await tx
    .select()
    .from(stripeCustomer)
    .where(eq(stripeCustomer.organizationId, organizationId))
    .for('update');
  return row;
}
