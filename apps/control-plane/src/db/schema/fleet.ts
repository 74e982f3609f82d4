import type { Labels } from '@tollkeeper/contract';
import type { GatewayHealth, WitnessAlarm } from '@tollkeeper/protocol';
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
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';
import { change } from './change.ts';
import { member, organization, workspace } from './organization.ts';

const moment = () => timestamp({ withTimezone: true, precision: 3 });
const version = () => bigint({ mode: 'number' });

/** A secret that admits gateways to a workspace. Used up and expired ones stay until purged. */
export const joinKey = pgTable(
  'join_key',
  {
    id: text().primaryKey(),
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    workspaceId: text()
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    /** Its creator: it admits no gateway once they may not manage the fleet any more. */
    memberId: text()
      .notNull()
      .references(() => member.id),
    /** The API key that created it; not bound to it, so that its deletion does not make it anybody's. */
    createdByKeyId: text('api_key_id'),
    name: text().notNull(),
    prefix: text().notNull(),
    hash: bytea().notNull().unique(),
    labels: jsonb().$type<Labels>().notNull(),
    usesMax: integer().notNull(),
    usesCount: integer().notNull(),
    createdAt: moment().notNull(),
    expiresAt: moment().notNull(),
    lastUsedAt: moment(),
  },
  (table) => [
    index().on(table.organizationId, table.createdAt, table.id),
    index().on(table.workspaceId),
    index()
      .on(table.organizationId, table.createdByKeyId)
      .where(sql`${table.createdByKeyId} is not null`),
  ],
);

/** `witness_key`: the gateway announced another key than the one that it began with, or that of another gateway. */
export type StoredAlarm = Omit<WitnessAlarm, 'kind'> & {
  readonly kind: WitnessAlarm['kind'] | 'witness_key';
};

/** A gateway, as people know it; connected or not. */
export const gateway = pgTable(
  'gateway',
  {
    id: text().primaryKey(),
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    workspaceId: text()
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    labels: jsonb().$type<Labels>().notNull(),
    /** Ed25519, 32 bytes. */
    publicKey: bytea().notNull().unique(),
    /** Join key that admitted it; no foreign key, since it may have been deleted. */
    joinKeyId: text().notNull(),
    /** The API key that created the join key; null for a session. */
    createdByKeyId: text(),
    /** The member who created the join key; null where that is no longer known. */
    createdByMemberId: text(),
    draining: boolean().notNull().default(false),
    createdAt: moment().notNull(),
    lastSeenAt: moment(),
    /** The version that it last said to decide with. */
    appliedVersion: version(),
    staleMaxMs: bigint({ mode: 'number' }),
    softwareVersion: text(),
    /** Key that it cosigns checkpoints with: Ed25519, 32 bytes. The first that it announced stays. */
    witnessKey: bytea(),
    /** Size of the last checkpoint that it said to have cosigned. */
    witnessSize: bigint({ mode: 'number' }),
    witnessedAt: moment(),
    /** What was wrong with the transparency log, or with its key; null while nothing is. */
    witnessAlarm: jsonb().$type<StoredAlarm>(),
  },
  (table) => [
    index().on(table.organizationId, table.createdAt, table.id),
    index().on(table.workspaceId),
    index()
      .on(table.organizationId, table.createdByKeyId)
      .where(sql`${table.createdByKeyId} is not null`),
    index().on(table.organizationId, table.createdByMemberId),
    uniqueIndex().on(table.organizationId, table.witnessKey),
  ],
);

/** A connection that stands, held by one control-plane process. Gone, or not seen: not connected. */
export const gatewayConnection = pgTable(
  'gateway_connection',
  {
    gatewayId: text()
      .notNull()
      .references(() => gateway.id, { onDelete: 'cascade' }),
    /** One run of the gateway's process. */
    instanceId: text().notNull(),
    /** The control-plane process that holds it. */
    processId: text().notNull(),
    address: text().notNull(),
    hostname: text().notNull(),
    connectedAt: moment().notNull(),
    seenAt: moment().notNull(),
    health: jsonb().$type<GatewayHealth>(),
  },
  (table) => [primaryKey({ columns: [table.gatewayId, table.instanceId] })],
);

/**
 * The versions of a workspace, numbered without gaps in the order of commits. Each stands for all
 * changes of one transaction that concern the workspace.
 */
export const workspaceChange = pgTable(
  'workspace_change',
  {
    workspaceId: text()
      .notNull()
      .references(() => workspace.id, { onDelete: 'cascade' }),
    version: version().notNull(),
    /** The first change of the transaction, whichever workspace it concerns. */
    firstChangeId: bigint({ mode: 'number' }).notNull(),
    /** The last one. All between the two are of the same transaction. */
    changeId: bigint({ mode: 'number' })
      .notNull()
      .references(() => change.id, { onDelete: 'cascade' }),
    /** The revision of the workspace before. Null only where a server before 0016 made the version. */
    previousRevision: uuid(),
    /** By the database's clock, as late in the transaction as can be. */
    at: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.version] }),
    index().on(table.changeId),
  ],
);

/** When a gateway applied a version, by the database's clock; with it all versions before. */
export const gatewayVersion = pgTable(
  'gateway_version',
  {
    gatewayId: text()
      .notNull()
      .references(() => gateway.id, { onDelete: 'cascade' }),
    version: version().notNull(),
    appliedAt: moment().notNull(),
    /** What the gateway signed of it (`signApplied`); null of one that signs nothing. */
    latestVersion: version(),
    latestRevision: uuid(),
    /** By the clock of the gateway, in milliseconds since 1970. */
    saidAtMs: bigint({ mode: 'number' }),
    signature: bytea(),
  },
  (table) => [
    primaryKey({ columns: [table.gatewayId, table.version] }),
    index().on(table.appliedAt),
  ],
);

/** The last cosignature of each witness of an organization's transparency log. */
export const cosignature = pgTable(
  'cosignature',
  {
    organizationId: text()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    /** Name and key ID of the witness. */
    witness: text().notNull(),
    /** Size of the checkpoint. */
    size: bigint({ mode: 'number' }).notNull(),
    /** Text of the checkpoint, which it covers, without signatures. */
    body: text().notNull(),
    /** Signature line, with its line feed. */
    line: text().notNull(),
    at: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.witness] })],
);
