import { bigint, index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

const minute = () => timestamp({ withTimezone: true, precision: 3 }).notNull();
const count = () => bigint({ mode: 'number' }).notNull();

/** Calls of one key in one minute. Not bound to the key: counts survive its deletion. */
export const keyUsage = pgTable(
  'key_usage',
  {
    organizationId: text().notNull(),
    keyId: text().notNull(),
    minute: minute(),
    accepted: count(),
    denied: count(),
  },
  (table) => [primaryKey({ columns: [table.keyId, table.minute] }), index().on(table.minute)],
);

/** The same calls by owner and workspace, so that a sum over the organization reads few rows. */
export const organizationUsage = pgTable(
  'organization_usage',
  {
    organizationId: text().notNull(),
    memberId: text().notNull(),
    workspaceId: text().notNull(),
    minute: minute(),
    accepted: count(),
    denied: count(),
  },
  (table) => [
    primaryKey({
      columns: [table.organizationId, table.minute, table.memberId, table.workspaceId],
    }),
    index().on(table.minute),
  ],
);

/** The last batch taken from each process that counts: a batch sent twice is counted once. */
export const usageSource = pgTable('usage_source', {
  id: text().primaryKey(),
  lastSequence: bigint({ mode: 'number' }).notNull(),
  seenAt: timestamp({ withTimezone: true, precision: 3 }).notNull(),
});
