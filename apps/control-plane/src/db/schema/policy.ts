import { POLICY_MODES, POLICY_STATUSES } from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { organization, workspace } from './organization.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 });

/** Cedar text that permits or forbids requests at gateways. */
export const policy = pgTable(
  'policy',
  {
    id: text().primaryKey(),
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    /** Null for a policy that applies in every workspace of the organization. */
    workspaceId: text().references(() => workspace.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    description: text().notNull(),
    status: text({ enum: POLICY_STATUSES }).notNull(),
    mode: text({ enum: POLICY_MODES }).notNull(),
    text: text().notNull(),
    /** Cedar's JSON form of each statement of the text, in its order. */
    statements: jsonb().$type<unknown[]>().notNull(),
    /** The number of the current version. */
    version: integer().notNull(),
    /** The member who created it; null for the one that came with the workspace. */
    memberId: text(),
    /** The API key that created it; not bound to it, which may be deleted. */
    createdByKeyId: text(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [
    index().on(table.organizationId, table.createdAt, table.id),
    uniqueIndex('policy_name_index').on(
      table.organizationId,
      sql`coalesce(${table.workspaceId}, '')`,
      sql`lower(${table.name})`,
    ),
    index().on(table.workspaceId),
  ],
);

/** Each text that a policy has had, the current one included. */
export const policyVersion = pgTable(
  'policy_version',
  {
    policyId: text()
      .notNull()
      .references(() => policy.id, { onDelete: 'cascade' }),
    number: integer().notNull(),
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    text: text().notNull(),
    /** Its author; null for the version that came with the workspace. */
    memberId: text(),
    createdByKeyId: text(),
    /** The version whose text it restored. */
    restoredFrom: integer(),
    createdAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.policyId, table.number] }),
    // For the deletion of an organization.
    index().on(table.organizationId),
  ],
);
