import { LEAK_ACTIONS, LEAK_REPORTERS, LEAK_STATUSES } from '@tollkeeper/contract';
import {
  boolean,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';
import { organization } from './organization.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 });

/** A place in which a key was found. The text of the key is nowhere. */
export const leak = pgTable(
  'leak',
  {
    id: text().notNull(),
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    /** Not bound to the key, which may be deleted: the columns below say which it was. */
    keyId: text().notNull(),
    keyName: text().notNull(),
    keyPrefix: text().notNull(),
    canary: boolean().notNull(),
    /** Whose key it was, and where it was confined to: who sees the key sees the report. */
    memberId: text().notNull(),
    workspaceId: text(),
    reporter: text({ enum: LEAK_REPORTERS }).notNull(),
    /** A member of the organization, if one reported it. */
    reportedBy: text(),
    url: text(),
    source: text(),
    /** SHA-256 of reporter, address and source: the same report is handled once. */
    placeHash: bytea().notNull(),
    action: text({ enum: LEAK_ACTIONS }).notNull(),
    status: text({ enum: LEAK_STATUSES }).notNull(),
    /** Reports of further places of the key, which have no rows. */
    furtherReports: integer().notNull().default(0),
    createdAt: moment().notNull(),
    closedAt: moment(),
    closedBy: text(),
    note: text(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index().on(table.organizationId, table.createdAt, table.id),
    uniqueIndex().on(table.organizationId, table.keyId, table.placeHash),
  ],
);
