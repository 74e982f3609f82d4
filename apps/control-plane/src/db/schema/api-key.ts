import { KEY_STATUSES, PROFILES, type Scope } from '@tollkeeper/contract';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';
import { member, organization, workspace } from './organization.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 });

/** Who disabled a key: a member, perhaps by an API key, or a job. */
export type DisabledBy =
  | { readonly type: 'member'; readonly memberId: string; readonly keyId: string | null }
  | { readonly type: 'job'; readonly job: string };

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
    /** For lists, which sort and search without case: computing it for each row took most of that. */
    nameLower: text().generatedAlwaysAs(sql`lower(name)`),
    prefix: text().notNull(),
    /** Whether it never works, and each use raises an alarm. Never changes. */
    canary: boolean().notNull().default(false),
    status: text({ enum: KEY_STATUSES }).notNull(),
    profile: text({ enum: PROFILES }).notNull(),
    scopes: text().array().$type<Scope[]>().notNull(),
    allowedIps: text().array().notNull(),
    tags: text().array().notNull().default([]),
    createdAt: moment().notNull(),
    /** When its present owner received it from another member; null while it was not handed over. */
    handedOverAt: moment(),
    /** In force: what was asked for, cut to the longest lifetime that the organization allows. */
    expiresAt: moment(),
    /** What was asked for: in force again once the organization allows it. */
    requestedExpiresAt: moment(),
    lastUsedAt: moment(),
    /** When it was last enabled again: from then on, not being used counts anew. */
    enabledAt: moment(),
    /** The API key that created it; not bound to it, which may be deleted. */
    createdByKeyId: text(),
    /** Whether something that it created or changed may be left: no search passes a dead key without. */
    leadsOn: boolean().notNull().default(false),
    disabledAt: moment(),
    /** Null while it is not disabled. */
    disabledBy: jsonb().$type<DisabledBy>(),
    revokedAt: moment(),
    revokeReason: text(),
  },
  (table) => [
    index().on(table.organizationId, table.createdAt, table.id),
    index().on(table.organizationId, table.nameLower, table.id),
    // For counts, which read the index alone: of a member's keys, and of all below.
    index().on(table.organizationId, table.memberId, table.status, table.expiresAt),
    index().on(table.organizationId, table.workspaceId),
    index().on(table.organizationId, table.status, table.expiresAt),
    // For lists by tag. Keys without tags are not in it, so that creating them costs no more.
    index('api_key_tags')
      .using('gin', table.tags)
      .where(sql`${table.tags} <> '{}'`)
      .with({ fastupdate: false }),
    index()
      .on(table.organizationId, table.createdByKeyId)
      .where(sql`${table.createdByKeyId} is not null`),
    // For cascades: a thief may leave any number of dead keys, which are in none of the two.
    index('api_key_searched_by_creator')
      .on(table.organizationId, table.createdByKeyId)
      .where(
        sql`${table.createdByKeyId} is not null and (${table.status} <> 'revoked' or ${table.leadsOn})`,
      ),
    index('api_key_revoked_leading_on')
      .on(table.organizationId, table.memberId)
      .where(sql`${table.status} = 'revoked' and ${table.leadsOn}`),
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
  (table) => [
    index().on(table.keyId),
    // For the purge; few secrets retire, and the others are not in it.
    index().on(table.retiresAt).where(sql`${table.retiresAt} is not null`),
  ],
);

/**
 * What created a key that was deleted, so that what the latter created is still found from there: a
 * key, or the member who owned it where a session created it. Only where it created something that
 * is left.
 */
export const deletedKey = pgTable(
  'deleted_key',
  {
    id: text().primaryKey(),
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    /** The id of a key or of a member. */
    createdBy: text().notNull(),
    /** When it was created, or handed over to the member. */
    createdAt: moment().notNull(),
  },
  (table) => [index().on(table.organizationId, table.createdBy)],
);

/**
 * Which key or member gave a key of somebody else a new secret, and which member handed theirs over: a
 * thief may know the secret. Rows outlive both, as what the key created is found through them.
 */
export const keyRotation = pgTable(
  'key_rotation',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    /** The id of a key or of a member. */
    rotatedBy: text().notNull(),
    keyId: text().notNull(),
    /** The first time; of a key that was handed over, since when they owned it. */
    firstAt: moment().notNull(),
    lastAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.rotatedBy, table.keyId] }),
    // Of the key alone: by the organization, PostgreSQL would take it for what asks by `rotatedBy`.
    index().on(table.keyId),
  ],
);

/**
 * Which key or member enabled a key of somebody else, or changed its scopes, expiry, addresses or tags. A
 * thief may have widened a key whose secret they know.
 */
export const keyEdit = pgTable(
  'key_edit',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    /** The id of a key or of a member. */
    editedBy: text().notNull(),
    keyId: text().notNull(),
    firstAt: moment().notNull(),
    lastAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.editedBy, table.keyId] })],
);

/**
 * A cascade that takes several transactions, from the one that revokes its keys until everything that
 * they led to has ended. Until then nothing of that may change anything (`confirmActor`). It goes on with
 * what its caller might do at the beginning, whatever becomes of the caller or of the process.
 */
export const runningCascade = pgTable(
  'running_cascade',
  {
    id: uuid().primaryKey().defaultRandom(),
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    /** The keys with which it begins, and whether they were revoked by it or before. */
    roots: jsonb().$type<readonly CascadeRoot[]>().notNull(),
    /** Members whom it keeps, or all; null is none. */
    keepMembers: jsonb().$type<'all' | readonly string[]>(),
    /** The caller, and the API key that they called by. */
    memberId: text().notNull(),
    keyId: text(),
    scopes: text().array().$type<Scope[]>().notNull(),
    workspaceId: text(),
    requestId: text().notNull(),
    ip: text(),
    userAgent: text(),
    createdAt: moment().notNull(),
    /** When a search last found no way on, though it had not seen everything. */
    stuckAt: moment(),
  },
  (table) => [index().on(table.organizationId)],
);

/**
 * What a running cascade has ended so far. Apart from its row, which says by when it was last written of which
 * moment a standing is known (`CASCADE_STAMP`).
 */
export const cascadeProgress = pgTable(
  'cascade_progress',
  {
    cascadeId: uuid()
      .primaryKey()
      .references(() => runningCascade.id, { onDelete: 'cascade' }),
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    endedCount: integer().notNull(),
  },
  // For the deletion of an organization.
  (table) => [index().on(table.organizationId)],
);

interface CascadeRoot {
  readonly id: string;
  readonly name: string;
  readonly wasRevoked: boolean;
}

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
