import { PLAN_REQUEST_STATUSES, PLANS } from '@tollkeeper/contract';
import { integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { organization } from './organization.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 });

/** What the operator set for an organization beside its plan; a row only where they did. */
export const billing = pgTable('billing', {
  organizationId: text()
    .primaryKey()
    .references(() => organization.id, { onDelete: 'cascade' }),
  /** When the plan ends; null where it has no end. */
  until: moment(),
  /** The plan that follows when the plan ends, and the operator's limit of keys with it. */
  planAfter: text({ enum: PLANS }),
  keysMaxAfter: integer(),
  note: text(),
  /** When the organization was warned that the plan ends. */
  warnedAt: moment(),
});

/** The last request of an organization for another plan. */
export const planRequest = pgTable('plan_request', {
  organizationId: text()
    .primaryKey()
    .references(() => organization.id, { onDelete: 'cascade' }),
  plan: text({ enum: PLANS }).notNull(),
  status: text({ enum: PLAN_REQUEST_STATUSES }).notNull(),
  message: text(),
  /** The member who asked; by an API key, its owner. */
  requestedBy: text().notNull(),
  /** The API key that asked; null in a session. */
  createdByKeyId: text(),
  requestedAt: moment().notNull(),
  decidedAt: moment(),
  decisionNote: text(),
});
