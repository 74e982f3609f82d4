import { and, asc, eq, getTableColumns, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { apiKey, organization } from '../db/schema/index.ts';

/**
 * Active keys that were not used for as long as their organization allows, or will be within the
 * days ahead. The columns only narrow the search: `disablesAt` is the rule.
 */
export function findUnusedKeys(db: Database, now: Date, daysAhead: number) {
  const activeAt = sql`greatest(coalesce(${apiKey.lastUsedAt}, ${apiKey.createdAt}), ${apiKey.enabledAt})`;
  const unusedFor = sql`make_interval(hours => (${organization.keyUnusedDaysMax} - ${daysAhead}::int) * 24)`;
  return db
    .select({
      ...getTableColumns(apiKey),
      unusedDaysMax: organization.keyUnusedDaysMax,
      organizationName: organization.name,
    })
    .from(apiKey)
    .innerJoin(organization, eq(organization.id, apiKey.organizationId))
    .where(
      and(
        eq(apiKey.status, 'active'),
        isNotNull(organization.keyUnusedDaysMax),
        isNull(organization.deletedAt),
        sql`${activeAt} <= ${now.toISOString()}::timestamptz - ${unusedFor}`,
      ),
    )
    .orderBy(asc(apiKey.organizationId), asc(apiKey.id));
}

export type UnusedKey = Awaited<ReturnType<typeof findUnusedKeys>>[number];
