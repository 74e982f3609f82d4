import {
  WEBHOOK_DELIVERY_STATUSES,
  WEBHOOK_DISABLE_REASONS,
  WEBHOOK_ENDPOINT_STATUSES,
  WEBHOOK_SIGNATURES,
} from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';
import { organization } from './organization.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 });
const sequence = () => bigint({ mode: 'number' }).notNull();

/** A URL of the organization's that receives its audit events. */
export const webhookEndpoint = pgTable(
  'webhook_endpoint',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    id: text().notNull(),
    name: text().notNull(),
    url: text().notNull(),
    eventTypes: text().array().notNull(),
    signature: text({ enum: WEBHOOK_SIGNATURES }).notNull(),
    isOrdered: boolean().notNull(),
    status: text({ enum: WEBHOOK_ENDPOINT_STATUSES }).notNull(),
    disabledReason: text({ enum: WEBHOOK_DISABLE_REASONS }),
    /** Encrypted; what deliveries are signed with. */
    secret: bytea().notNull(),
    secretRotatedAt: moment(),
    /** Encrypted; signs as well until then. */
    previousSecret: bytea(),
    previousSecretUntil: moment(),
    /** Events up to this one are not stored for it: they were there before it was, or are stored. */
    afterSequence: sequence(),
    /** Whether it has too many pending to be given more: it misses what came after `afterSequence`. */
    isBehind: boolean().notNull().default(false),
    /** When it first failed since its last success. */
    failingSince: moment(),
    /** When people were warned that it fails. */
    warnedAt: moment(),
    /** The member who created it; by an API key, its owner. */
    memberId: text().notNull(),
    /** The API key that created it; not bound to it, which may be deleted. */
    createdByKeyId: text(),
    createdAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.id] })],
);

/** Up to which event deliveries are stored; a row for each organization that has, or had, endpoints. */
export const webhookCursor = pgTable('webhook_cursor', {
  organizationId: text()
    .primaryKey()
    .references(() => organization.id, { onDelete: 'cascade' }),
  sequence: sequence(),
});

/** An event on its way to an endpoint. It outlives the endpoint: a job deletes what can be millions of rows. */
export const webhookDelivery = pgTable(
  'webhook_delivery',
  {
    organizationId: text().notNull(),
    endpointId: text().notNull(),
    /** Of the audit event. */
    sequence: sequence(),
    eventId: text().notNull(),
    eventType: text().notNull(),
    status: text({ enum: WEBHOOK_DELIVERY_STATUSES }).notNull(),
    /** Attempts in all, those before a person sent it again included. */
    attemptsCount: integer().notNull(),
    /** Attempts since it was stored, or a person sent it again last. */
    triesCount: integer().notNull(),
    /** When it is due; while a process sends it, when another one may. */
    nextAttemptAt: moment().notNull(),
    /** Until when a process sends it; null while none does. */
    claimedUntil: moment(),
    lastStatus: integer(),
    lastProblem: text(),
    createdAt: moment().notNull(),
    finishedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.endpointId, table.sequence] }),
    index('webhook_delivery_due_index')
      .on(table.organizationId, table.endpointId, table.nextAttemptAt)
      .where(sql`status = 'pending'`),
    // The next one of an endpoint that asks for order.
    index('webhook_delivery_pending_index')
      .on(table.organizationId, table.endpointId, table.sequence)
      .where(sql`status = 'pending'`),
    index('webhook_delivery_failed_index')
      .on(table.organizationId, table.endpointId, table.sequence)
      .where(sql`status = 'failed'`),
    index().on(table.createdAt),
  ],
);

/** One request to an endpoint, and what came of it. */
export const webhookAttempt = pgTable(
  'webhook_attempt',
  {
    organizationId: text().notNull(),
    endpointId: text().notNull(),
    sequence: sequence(),
    number: integer().notNull(),
    at: moment().notNull(),
    durationMs: integer().notNull(),
    /** HTTP status; null where no answer came. */
    status: integer(),
    problem: text(),
    /** Null where none could be made. Its body is the event. */
    request: jsonb().$type<{ url: string; headers: Record<string, string> }>(),
    responseBody: text(),
  },
  (table) => [
    primaryKey({
      columns: [table.organizationId, table.endpointId, table.sequence, table.number],
    }),
    foreignKey({
      name: 'webhook_attempt_delivery_fk',
      columns: [table.organizationId, table.endpointId, table.sequence],
      foreignColumns: [
        webhookDelivery.organizationId,
        webhookDelivery.endpointId,
        webhookDelivery.sequence,
      ],
    }).onDelete('cascade'),
    index().on(table.organizationId, table.endpointId, table.at, table.sequence, table.number),
  ],
);
