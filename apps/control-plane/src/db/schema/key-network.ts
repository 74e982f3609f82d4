import { sql } from 'drizzle-orm';
import { boolean, index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/** Networks from which keys were used: /24 of IPv4, /48 of IPv6; some of each key. */
export const keyNetwork = pgTable(
  'key_network',
  {
    /** Bound to neither organization nor key, whose rows a count must not lock. */
    organizationId: text().notNull(),
    keyId: text().notNull(),
    network: text().notNull(),
    firstAt: timestamp({ withTimezone: true, precision: 3 }).notNull(),
    /** Whether the owner of the key was notified, or need not be. */
    isReported: boolean().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.keyId, table.network] }),
    index('key_network_unreported_index').on(table.firstAt).where(sql`not is_reported`),
  ],
);
