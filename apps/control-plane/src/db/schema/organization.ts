import { type ApiScope, LEAK_RESPONSES, PLANS, type Scope } from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';
import { user } from './identity.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 });

export const organization = pgTable('organization', {
  id: text().primaryKey(),
  name: text().notNull(),
  slug: text().notNull().unique(),
  plan: text({ enum: PLANS }).notNull().default('free'),
  /** The operator's limit of keys for this organization; null is the limit of the plan. */
  keysMax: integer(),
  /** When an audit event last said that the limit of keys is near, or reached. */
  nearLimitAt: moment(),
  limitReachedAt: moment(),
  /** Default lifetime of a new key in days; null for keys that never expire. */
  defaultExpiryDays: integer(),
  /** The longest that a key may live, in days; null is without end. */
  keyLifetimeDaysMax: integer(),
  /** A key that nobody used for so many days is disabled by the daily job; null is never. */
  keyUnusedDaysMax: integer(),
  /** Where keys and sessions of the organization are accepted from; none means anywhere. */
  allowedIps: text().array().notNull().default([]),
  twoFactorRequired: boolean().notNull().default(false),
  /** Hours after sign-in when a session ends. */
  sessionHoursMax: integer().notNull().default(168),
  /** Audit events older than so many days are deleted by the daily job; null is never. */
  auditRetentionDays: integer(),
  /** The first audit event that is kept; what is before it is being deleted, or is. */
  auditFirstSequence: bigint({ mode: 'number' }).notNull().default(1),
  /** The audit event that says so, which a signed checkpoint covers; null before the first. */
  auditPruneSequence: bigint({ mode: 'number' }),
  /** Since when it is recorded what calls need of the scopes of their keys. */
  scopeUsesSince: moment().notNull().defaultNow(),
  /** What happens to live keys, and to test keys, that leaked. */
  leakResponse: text({ enum: LEAK_RESPONSES }).notNull().default('disable'),
  testLeakResponse: text({ enum: LEAK_RESPONSES }).notNull().default('warn'),
  /** Deleted organizations answer to nobody; their audit log is kept 30 days, then all is erased. */
  deletedAt: moment(),
  createdAt: moment().notNull(),
});

export const member = pgTable(
  'member',
  {
    id: text().primaryKey(),
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    userId: text()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    roleId: text().notNull(),
    /** A removed member keeps the row: revoked keys still say whose they were. */
    status: text({ enum: ['active', 'suspended', 'removed'] }).notNull(),
    lastSeenAt: moment(),
    createdAt: moment().notNull(),
  },
  (table) => [uniqueIndex().on(table.organizationId, table.userId), index().on(table.userId)],
);

/**
 * Each invitation that was accepted: who sent it, and by which API key. Rows outlive the removal of
 * the member, so that nobody hides how they came in by leaving and being invited again.
 */
export const admission = pgTable(
  'admission',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    memberId: text().notNull(),
    invitedBy: text().notNull(),
    /** The API key by which they sent the invitation; null for a session. */
    createdByKeyId: text(),
    /** When the invitation was last sent. */
    invitedAt: moment().notNull(),
    admittedAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.memberId, table.admittedAt] }),
    index().on(table.organizationId, table.invitedBy),
    index()
      .on(table.organizationId, table.createdByKeyId)
      .where(sql`${table.createdByKeyId} is not null`),
  ],
);

/** Custom roles; the built-in ones stand in the contract. */
export const role = pgTable(
  'role',
  {
    id: text().primaryKey(),
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    description: text().notNull(),
    scopes: text().array().$type<Scope[]>().notNull(),
    createdAt: moment().notNull(),
  },
  (table) => [uniqueIndex().on(table.organizationId, table.name)],
);

/** Scopes that the organization defines for its own APIs. */
export const apiScope = pgTable(
  'api_scope',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    name: text().$type<ApiScope>().notNull(),
    description: text().notNull(),
    createdAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.name] })],
);

/** An open invitation; accepting or withdrawing it ends it. */
export const invitation = pgTable(
  'invitation',
  {
    id: text().primaryKey(),
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    email: text().notNull(),
    roleId: text().notNull(),
    tokenHash: bytea().notNull().unique(),
    invitedBy: text()
      .notNull()
      .references(() => member.id),
    /** The API key by which they sent it; not bound to it, which may be deleted. */
    createdByKeyId: text(),
    createdAt: moment().notNull(),
    expiresAt: moment().notNull(),
    /** Whether the link went to the address by mail alone: then using it proves the address. */
    linkMailed: boolean().notNull().default(false),
    /** When the outbox gave up mailing the link; null once it is sent again. */
    mailFailedAt: moment(),
  },
  (table) => [
    uniqueIndex().on(table.organizationId, table.email),
    index()
      .on(table.organizationId, table.createdByKeyId)
      .where(sql`${table.createdByKeyId} is not null`),
  ],
);

export const workspace = pgTable(
  'workspace',
  {
    id: text().primaryKey(),
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    environment: text({ enum: ['live', 'test'] }).notNull(),
    /** The number of the last change in what its gateways decide with. */
    version: bigint({ mode: 'number' }).notNull().default(0),
    /** Random, drawn with each version: distinguishes two lineages of equal version numbers. */
    revision: uuid().notNull().defaultRandom(),
    createdAt: moment().notNull(),
  },
  (table) => [uniqueIndex().on(table.organizationId, table.name)],
);
