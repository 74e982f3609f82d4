import { eq } from 'drizzle-orm';
import type { Database, Transaction } from '../../../db/connect.ts';
import { organization, stripeCustomer } from '../../../db/schema/index.ts';

export type CustomerRow = typeof stripeCustomer.$inferSelect;

/** With when the organization was deleted; null while it is there. */
export async function findCustomer(
  db: Database,
  organizationId: string,
): Promise<(CustomerRow & { readonly deletedAt: Date | null }) | undefined> {
  const [row] = await db
    .select({ customer: stripeCustomer, deletedAt: organization.deletedAt })
    .from(stripeCustomer)
    .innerJoin(organization, eq(organization.id, stripeCustomer.organizationId))
    .where(eq(stripeCustomer.organizationId, organizationId));
  return row && { ...row.customer, deletedAt: row.deletedAt };
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
