import { PLANS } from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import { boolean, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { organization } from './organization.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 });

/**
 * The customer of Stripe that an organization is, and what Stripe said of it when it was last asked.
 * Nothing but this row binds the two.
 */
export const stripeCustomer = pgTable('stripe_customer', {
  organizationId: text()
    .primaryKey()
    .references(() => organization.id, { onDelete: 'cascade' }),
  customerId: text().notNull().unique(),
  /** Whether it is a customer of live mode; null until Stripe has answered for it by a key of its mode. */
  livemode: boolean(),
  /** Raised with each answer of Stripe that was stored: a later answer is known by it. */
  revision: integer().notNull().default(0),
  /** When Stripe was last asked, whether it answered or not. */
  followedAt: moment(),
  /** The plan that the subscriptions gave then; null where they gave none. */
  planGiven: text({ enum: PLANS }),
  /** The subscription that gave it. */
  subscriptionId: text(),
  /** All that were to a plan at some time, or begun at a checkout: known as ours, whatever price they have by now. */
  subscriptionIds: text().array().notNull().default(sql`'{}'`),
  /** Checkouts that were begun, and of which it is not known what became. */
  checkoutIds: text().array().notNull().default(sql`'{}'`),
  /** When the subscription that gives the plan renews; null where it does not. */
  renewsAt: moment(),
  /** Whether that subscription is on trial: nothing was paid for it, and it is to be paid when it renews. */
  onTrial: boolean().notNull().default(false),
  /** Since when a payment has been failing. */
  pastDueSince: moment(),
  paymentKind: text(),
  paymentBrand: text(),
  paymentLast4: text(),
  /** Whether more than one subscription was live then. */
  hasSeveral: boolean().notNull().default(false),
  /** When Stripe confirmed that nothing is live any more, once the organization was deleted. */
  endedAt: moment(),
});
