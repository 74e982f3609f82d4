import { sql } from 'drizzle-orm';
import { bigint, index, jsonb, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';

/** Recorded changes. No foreign key: the log outlives what it tells of. */
export const auditEvent = pgTable(
  'audit_event',
  {
    id: text().primaryKey(),
    organizationId: text().notNull(),
    sequence: bigint({ mode: 'number' }).notNull(),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
    actor: jsonb().$type<Record<string, unknown>>().notNull(),
    action: text().notNull(),
    target: jsonb().$type<Record<string, unknown>>().notNull(),
    before: jsonb().$type<Record<string, unknown> | null>(),
    after: jsonb().$type<Record<string, unknown> | null>(),
    ip: text(),
    userAgent: text(),
    requestId: text().notNull(),
    previousHash: bytea().notNull(),
    hash: bytea().notNull(),
  },
  (table) => [
    uniqueIndex().on(table.organizationId, table.sequence),
    // For the propagation of deleted keys, of which nothing else is left; no other event is in it.
    index('audit_event_deleted_key_index')
      .on(table.organizationId, sql`(${table.target} ->> 'id')`)
      .where(sql`${table.action} = 'api_key.delete'`),
  ],
);

/** The end of each organization's chain; its row is the lock that keeps the chain in one line. */
export const auditChain = pgTable('audit_chain', {
  organizationId: text().primaryKey(),
  sequence: bigint({ mode: 'number' }).notNull(),
  hash: bytea().notNull(),
});
