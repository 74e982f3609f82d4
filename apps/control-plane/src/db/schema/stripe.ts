import { PLANS } from '@tollkeeper/contract';
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
  /** The subscription that gave it: known as ours, whatever price it has by now. */
  subscriptionId: text(),
  /** When the subscription that gives the plan renews; null where it does not. */
  renewsAt: moment(),
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
