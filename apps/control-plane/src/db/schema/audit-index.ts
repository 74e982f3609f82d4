import { bit, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';
import { organization } from './organization.ts';

/** Consecutive audit events of an organization that the filters look at together. */
export const AUDIT_SEGMENT_EVENTS = 1024;

const moment = () => timestamp({ withTimezone: true, precision: 3 }).notNull();
/** What the events of a segment have between them; a job adds a segment once all its events are there. */
export const auditSegment = pgTable(
  'audit_segment',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    number: integer().notNull(),
    firstAt: moment(),
    lastAt: moment(),
    /** A line for each event, in order: the name of its target in lower case. */
    names: text().notNull(),
    /** A Bloom filter over the ids of targets and requests, of which most differ. */
    bloom: bytea().notNull(),
    /** Another one over parts of the names, so that a search reads few names. */
    nameParts: bytea().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.number] })],
);

/** Keys that did something that a segment has, though it may be pruned since: few of an organization's do. */
export const auditActingKey = pgTable(
  'audit_acting_key',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    keyId: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.keyId] })],
);

/**
 * Which events of a segment have an actor, an action, a type of target, a workspace or an address. Without a
 * foreign key: to check it for each of a thousand rows of a segment was a fifth of what a segment costs.
 */
export const auditTerm = pgTable(
  'audit_term',
  {
    organizationId: text().notNull(),
    term: text().notNull(),
    segment: integer().notNull(),
    /** One bit for each event, in order. */
    places: bit({ dimensions: AUDIT_SEGMENT_EVENTS }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.term, table.segment] })],
);
