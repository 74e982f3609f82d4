import type { Usage, UsagePeriod } from '@tollkeeper/contract';
import { and, eq, gte, sql } from 'drizzle-orm';
import { visibleCounts } from '../../access/visible-keys.ts';
import type { Ctx } from '../../context.ts';
import { organizationUsage } from '../../db/schema/index.ts';
import { bucketOf, fillBuckets, windowStart } from './usage-window.ts';

/** Calls over time of all keys that the caller sees, deleted ones included. */
export async function getUsage(
  ctx: Ctx,
  { query }: { query: { period?: UsagePeriod | undefined } },
): Promise<Usage> {
  const { period = '24h' } = query;
  const from = windowStart(period, ctx.services.clock());
  const rows = await ctx.services.db
    .select({
      from: bucketOf(organizationUsage.minute, period, from),
      accepted: sql<string>`sum(${organizationUsage.accepted})`,
      denied: sql<string>`sum(${organizationUsage.denied})`,
    })
    .from(organizationUsage)
    .where(
      and(
        eq(organizationUsage.organizationId, ctx.organizationId),
        visibleCounts(ctx, organizationUsage),
        gte(organizationUsage.minute, from),
      ),
    )
    .groupBy(sql`1`);
  return fillBuckets(period, from, rows);
}
