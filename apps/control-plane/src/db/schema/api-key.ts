import { KEY_STATUSES, PROFILES, type Scope } from '@tollkeeper/contract';
import { bigint, index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';
import { member, organization, workspace } from './organization.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 });

export const apiKey = pgTable(
  'api_key',
  {
    id: text().primaryKey(),
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    workspaceId: text().references(() => workspace.id),
    memberId: text()
      .notNull()
      .references(() => member.id),
    name: text().notNull(),
    prefix: text().notNull(),
    status: text({ enum: KEY_STATUSES }).notNull(),
    profile: text({ enum: PROFILES }).notNull(),
    scopes: text().array().$type<Scope[]>().notNull(),
    allowedIps: text().array().notNull(),
    createdAt: moment().notNull(),
    expiresAt: moment(),
    lastUsedAt: moment(),
    /** When it was last enabled again: from then on, not being used counts anew. */
    enabledAt: moment(),
    /** When its owner was last told that it is about to be disabled for not being used. */
    unusedWarnedAt: moment(),
    revokedAt: moment(),
    revokeReason: text(),
  },
  (table) => [
    index().on(table.organizationId, table.createdAt, table.id),
    index().on(table.organizationId, table.name, table.id),
    index().on(table.organizationId, table.memberId),
    index().on(table.organizationId, table.workspaceId),
  ],
);

/** A key has one secret, or two while a rotation's grace runs: the older one then retires. */
export const apiKeySecret = pgTable(
  'api_key_secret',
  {
    hash: bytea().primaryKey(),
    organizationId: text().notNull(),
    keyId: text()
      .notNull()
      .references(() => apiKey.id, { onDelete: 'cascade' }),
    createdAt: moment().notNull(),
    retiresAt: moment(),
  },
  (table) => [index().on(table.keyId)],
);

/** What remains of keys that were deleted: how many were made, and when one was last called. */
export const keyTotal = pgTable(
  'key_total',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    memberId: text().notNull(),
    /** '' for keys that no workspace confines: a primary key holds no null. */
    workspaceId: text().notNull(),
    created: bigint({ mode: 'number' }).notNull(),
    lastCallAt: moment(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.memberId, table.workspaceId] })],
);
