import { bigint, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { organization } from './organization.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 }).notNull();

/**
 * Uses of canary keys that no audit event has recorded yet, by caller. A row without uses, of no place, says when the
 * last event of the key was recorded.
 */
export const canaryUse = pgTable(
  'canary_use',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    /** Not bound to the key, which may be deleted. */
    keyId: text().notNull(),
    /** `api`, `verify`, or the id of a gateway. */
    place: text().notNull(),
    /** Empty where it is not known, like the user agent: a primary key holds no null. */
    ip: text().notNull(),
    userAgent: text().notNull(),
    firstAt: moment(),
    lastAt: moment(),
    count: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.organizationId, table.keyId, table.place, table.ip, table.userAgent],
    }),
  ],
);
