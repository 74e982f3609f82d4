import { bigint, date, index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

const minute = () => timestamp({ withTimezone: true, precision: 3 }).notNull();
const count = () => bigint({ mode: 'number' }).notNull();

/** Calls of one key in one minute. Not bound to the key: counts survive its deletion. */
export const keyUsage = pgTable(
  'key_usage',
  {
    organizationId: text().notNull(),
    keyId: text().notNull(),
    minute: minute(),
    accepted: count(),
    denied: count(),
  },
  (table) => [primaryKey({ columns: [table.keyId, table.minute] }), index().on(table.minute)],
);

/** The same calls by owner and workspace, so that a sum over the organization reads few rows. */
export const organizationUsage = pgTable(
  'organization_usage',
  {
    organizationId: text().notNull(),
    memberId: text().notNull(),
    workspaceId: text().notNull(),
    minute: minute(),
    accepted: count(),
    denied: count(),
  },
  (table) => [
    primaryKey({
      columns: [table.organizationId, table.minute, table.memberId, table.workspaceId],
    }),
    index().on(table.minute),
  ],
);

/**
 * Calls of one key at one gateway in one hour, of one kind, for a day. The rest of a key, which is not
 * distinguished, has neither gateway, route nor method, and of refused calls no code.
 */
export const callCount = pgTable(
  'call_count',
  {
    organizationId: text().notNull(),
    workspaceId: text().notNull(),
    hour: minute(),
    keyId: text().notNull(),
    gatewayId: text().notNull(),
    route: text().notNull(),
    method: text().notNull(),
    code: text().notNull(),
    calls: count(),
  },
  (table) => [
    primaryKey({
      name: 'call_count_pk',
      columns: [
        table.organizationId,
        table.workspaceId,
        table.hour,
        table.keyId,
        table.gatewayId,
        table.route,
        table.method,
        table.code,
      ],
    }),
    index().on(table.hour),
  ],
);

/** Calls in one hour that a policy in shadow mode would have refused, for a day. */
export const shadowDenial = pgTable(
  'shadow_denial',
  {
    organizationId: text().notNull(),
    policyId: text().notNull(),
    workspaceId: text().notNull(),
    hour: minute(),
    denied: count(),
  },
  (table) => [
    primaryKey({
      name: 'shadow_denial_pk',
      columns: [table.organizationId, table.policyId, table.workspaceId, table.hour],
    }),
    index().on(table.hour),
  ],
);

/**
 * What accepted calls of one key needed of its scopes, by the day (UTC), for 90 days; see
 * `formatScopeNeeds`. Calls beyond the needs that are distinguished are among those of unknown ones.
 */
export const scopeUse = pgTable(
  'scope_use',
  {
    organizationId: text().notNull(),
    keyId: text().notNull(),
    day: date().notNull(),
    needs: text().notNull(),
    calls: count(),
  },
  (table) => [
    primaryKey({
      name: 'scope_use_pk',
      columns: [table.organizationId, table.keyId, table.day, table.needs],
    }),
    index().on(table.day),
  ],
);

/** The last batch taken from each process that counts: a batch sent twice is counted once. */
export const usageSource = pgTable('usage_source', {
  id: text().primaryKey(),
  lastSequence: bigint({ mode: 'number' }).notNull(),
  seenAt: timestamp({ withTimezone: true, precision: 3 }).notNull(),
});
