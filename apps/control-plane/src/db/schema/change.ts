import { bigint, index, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';

/** Changes that decisions depend on; ids rise in the order in which transactions commit. */
export const change = pgTable(
  'change',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    organizationId: text().notNull(),
    kind: text({
      enum: ['key', 'member', 'role', 'organization', 'gateway', 'workspace'],
    }).notNull(),
    subjectId: text().notNull(),
    /** The only workspace that the change concerns; null for a change that concerns all of them. */
    workspaceId: text(),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull().defaultNow(),
  },
  (table) => [index().on(table.at), index().on(table.organizationId, table.subjectId)],
);

/** The control-plane processes on this database, and the last change that each has applied. */
export const controlPlane = pgTable('control_plane', {
  id: text().primaryKey(),
  appliedChange: bigint({ mode: 'number' }).notNull(),
  /** Until then the process may decide from memory without hearing of newer changes. */
  leaseUntil: timestamp({ withTimezone: true, precision: 3 }).notNull(),
});

/** Answers to creations that carried an Idempotency-Key, kept 24 hours. No answer holds a secret. */
export const idempotency = pgTable(
  'idempotency',
  {
    organizationId: text().notNull(),
    actorId: text().notNull(),
    key: text().notNull(),
    requestHash: bytea().notNull(),
    answer: jsonb().$type<Record<string, unknown>>().notNull(),
    createdAt: timestamp({ withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.actorId, table.key] }),
    index().on(table.createdAt),
  ],
);
