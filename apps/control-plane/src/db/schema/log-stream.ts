import {
  DATADOG_SITES,
  LOG_STREAM_DESTINATIONS,
  LOG_STREAM_FORMATS,
  LOG_STREAM_STATUSES,
} from '@tollkeeper/contract';
import {
  bigint,
  foreignKey,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';
import { organization } from './organization.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 });
const count = () => bigint({ mode: 'number' });

/** A log system that is sent the whole audit log of the organization, in order. */
export const logStream = pgTable(
  'log_stream',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    id: text().notNull(),
    name: text().notNull(),
    destination: text({ enum: LOG_STREAM_DESTINATIONS }).notNull(),
    format: text({ enum: LOG_STREAM_FORMATS }).notNull(),
    url: text(),
    site: text({ enum: DATADOG_SITES }),
    index: text(),
    tags: text(),
    bucket: text(),
    region: text(),
    prefix: text(),
    accessKeyId: text(),
    header: text(),
    /** Encrypted; what the destination knows the stream by. */
    secret: bytea(),
    status: text({ enum: LOG_STREAM_STATUSES }).notNull(),
    /** The last event that is done with: delivered, or reported as lost. */
    sequence: count().notNull(),
    /** Where the batch ends that is sent; kept until it is delivered, so that a repeat has the same bytes. */
    batchTo: count(),
    /** Events of a batch at most, once the destination has refused more as too large. */
    batchEventsMax: integer(),
    /** Until when a process sends a batch; null while none does. */
    claimedUntil: moment(),
    nextAttemptAt: moment().notNull(),
    attemptsCount: integer().notNull().default(0),
    /** Attempts since the last success. */
    triesCount: integer().notNull().default(0),
    /** When it first failed since its last success. */
    failingSince: moment(),
    /** When an audit event said that it fails. */
    failureReportedAt: moment(),
    lastProblem: text(),
    lastDeliveredAt: moment(),
    /** Events that retention deleted before they were delivered, and those that were taken and refused. */
    prunedCount: count().notNull().default(0),
    rejectedCount: count().notNull().default(0),
    /** How many of these an audit event has reported, and when the last one did. */
    reportedCount: count().notNull().default(0),
    reportedAt: moment(),
    /** The member who created it; by an API key, its owner. */
    memberId: text().notNull(),
    /** The API key that created it; not bound to it, which may be deleted. */
    createdByKeyId: text(),
    createdAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.id] })],
);

/** One batch that was sent, and what came of it; the last of each stream. */
export const logStreamAttempt = pgTable(
  'log_stream_attempt',
  {
    organizationId: text().notNull(),
    streamId: text().notNull(),
    number: integer().notNull(),
    at: moment().notNull(),
    durationMs: integer().notNull(),
    firstSequence: count().notNull(),
    lastSequence: count().notNull(),
    eventsCount: integer().notNull(),
    bytes: integer().notNull(),
    /** HTTP status; null where no answer came. */
    status: integer(),
    problem: text(),
    note: text(),
    responseBody: text(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.streamId, table.number] }),
    foreignKey({
      name: 'log_stream_attempt_stream_fk',
      columns: [table.organizationId, table.streamId],
      foreignColumns: [logStream.organizationId, logStream.id],
    }).onDelete('cascade'),
  ],
);
