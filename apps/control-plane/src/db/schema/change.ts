import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import {
  bigint,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';

/** Changes that decisions depend on; ids rise in the order in which transactions commit. */
export const change = pgTable(
  'change',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    organizationId: text().notNull(),
    kind: text({
      enum: ['key', 'member', 'role', 'organization', 'gateway', 'workspace', 'policy'],
    }).notNull(),
    subjectId: text().notNull(),
    /** The only workspace that the change concerns; null for a change that concerns all of them. */
    workspaceId: text(),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull().defaultNow(),
  },
  (table) => [index().on(table.at), index().on(table.organizationId, table.subjectId)],
);

/** The control-plane processes on this database, and the last change that each has applied. */
export const controlPlane = pgTable('control_plane', {
  id: text().primaryKey(),
  appliedChange: bigint({ mode: 'number' }).notNull(),
  /** Until then the process may decide from memory without hearing of newer changes. */
  leaseUntil: timestamp({ withTimezone: true, precision: 3 }).notNull(),
});

/** Answers to creations that carried an Idempotency-Key, kept 24 hours. No answer holds a secret. */
export const idempotency = pgTable(
  'idempotency',
  {
    organizationId: text().notNull(),
    actorId: text().notNull(),
    key: text().notNull(),
    requestHash: bytea().notNull(),
    answer: jsonb().$type<Record<string, unknown>>().notNull(),
    createdAt: timestamp({ withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.actorId, table.key] }),
    index().on(table.createdAt),
    // For `forgetAnswer`.
    index('idempotency_created')
      .on(table.organizationId, answerId(table.answer))
      .where(sql`${answerId(table.answer)} is not null`),
  ],
);

/** The id of what a request created, in the answer that is kept. */
export function answerId(answer: SQLWrapper): SQL {
  return sql`(${answer} ->> 'id')`;
}

/** Recorded changes. They have no foreign keys, since they outlive the rows that they are about. */
export const auditEvent = pgTable(
  'audit_event',
  {
    id: text().primaryKey(),
    organizationId: text().notNull(),
    sequence: bigint({ mode: 'number' }).notNull(),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
    actor: jsonb().$type<Record<string, unknown>>().notNull(),
    action: text().notNull(),
    target: jsonb().$type<Record<string, unknown>>().notNull(),
    before: jsonb().$type<Record<string, unknown> | null>(),
    after: jsonb().$type<Record<string, unknown> | null>(),
    ip: text(),
    userAgent: text(),
    requestId: text().notNull(),
    previousHash: bytea().notNull(),
    hash: bytea().notNull(),
  },
  (table) => [
    uniqueIndex().on(table.organizationId, table.sequence),
    // For the propagation of deleted keys, of which nothing else is left; no other event is in it.
    index('audit_event_deleted_key_index')
      .on(table.organizationId, sql`(${table.target} ->> 'id')`)
      .where(sql`${table.action} = 'api_key.delete'`),
    // For cascades, which name what a key or a member changed (`access/changed-access.ts`).
    index('audit_event_changed_access_index')
      .on(
        table.organizationId,
        sql`coalesce(${table.actor} ->> 'keyId', ${table.actor} ->> 'memberId')`,
      )
      .where(
        sql`${table.action} in ('member.update', 'member.suspend', 'member.reinstate', 'role.create', 'role.update', 'policy.create', 'policy.update', 'policy.restore', 'policy.enable', 'policy.disable', 'webhook_endpoint.update', 'webhook_endpoint.rotate_secret', 'webhook_endpoint.enable', 'webhook_endpoint.disable', 'log_stream.update', 'log_stream.pause', 'log_stream.resume', 'chat_destination.update', 'chat_destination.enable', 'chat_destination.disable', 'security.update', 'audit_log.update', 'leak.set_response', 'leak.resolve', 'leak.dismiss', 'notification.update_defaults', 'notification.update_preferences', 'organization.update', 'organization.transfer', 'billing.change_plan', 'billing.order_plan', 'billing.cancel_subscription', 'billing.resume_subscription', 'billing.request_plan', 'billing.withdraw_request', 'billing.approve_request', 'billing.decline_request', 'api_scope.create', 'api_scope.update', 'api_scope.delete', 'workspace.create', 'workspace.update', 'workspace.delete', 'gateway.update', 'member.remove', 'role.delete', 'policy.delete', 'webhook_endpoint.delete', 'log_stream.delete', 'chat_destination.delete', 'review_campaign.update', 'review_campaign.cancel', 'review_campaign.delete', 'compliance_report.delete')`,
      ),
  ],
);

/** The end of each organization's chain; its row is the lock that keeps the chain in one line. */
export const auditChain = pgTable('audit_chain', {
  organizationId: text().primaryKey(),
  sequence: bigint({ mode: 'number' }).notNull(),
  hash: bytea().notNull(),
});
