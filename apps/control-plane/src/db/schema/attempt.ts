import { index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/**
 * How often something was tried in the current window, by what is limited. Keys are buckets of a
 * keyed hash, so that there are only so many rows, whatever strangers invent.
 */
export const attempt = pgTable(
  'attempt',
  {
    key: text().primaryKey(),
    count: integer().notNull(),
    endsAt: timestamp({ withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [index().on(table.endsAt)],
);
